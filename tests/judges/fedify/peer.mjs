// The Fedify server: one actor, `judge`, who keeps everything that arrives and what Fedify said of it.

import {
  createFederation,
  generateCryptoKeyPair,
  MemoryKvStore,
  verifyJsonLd,
  verifyObject,
  verifyRequestDetailed,
} from "@fedify/fedify";
import { Accept, Activity, Endpoints, Follow, Note, Person } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

export const JUDGE = "judge";

/** Peer: the Fedify federation on `origin`, its memory, and `answer(Request) -> Response`. */
export async function makePeer({ origin, firstKnock }) {
  const keyPairs = [
    await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"),
    await generateCryptoKeyPair("Ed25519"),
  ];
  const memory = { received: [], sent: new Map(), notes: new Map(), followers: new Map() };
  const federation = createFederation({
    kv: new MemoryKvStore(),
    origin,
    allowPrivateAddress: true,
    firstKnock,
    userAgent: "CotweetJudge/1.0 (Fedify)",
  });

  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
      if (identifier !== JUDGE) return null;
      const keys = await ctx.getActorKeyPairs(identifier);
      return new Person({
        id: ctx.getActorUri(identifier),
        preferredUsername: identifier,
        name: "The judge",
        summary: "<p>Checks signatures.</p>",
        url: ctx.getActorUri(identifier),
        inbox: ctx.getInboxUri(identifier),
        outbox: ctx.getOutboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        following: ctx.getFollowingUri(identifier),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
        published: Temporal.Instant.from("2024-01-01T00:00:00Z"),
      });
    })
    .setKeyPairsDispatcher((_ctx, identifier) => (identifier === JUDGE ? keyPairs : []));
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation.setFollowingDispatcher("/users/{identifier}/following", () => ({ items: [] }));
  federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
    items: [...memory.followers.values()],
  }));
  federation.setObjectDispatcher(
    Note,
    "/notes/{id}",
    (_ctx, { id }) => memory.notes.get(id) ?? null,
  );
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Follow, async (ctx, follow) => {
      const follower = await follow.getActor(ctx);
      if (follower?.id == null) return;
      memory.followers.set(follower.id.href, follower);
      await ctx.sendActivity(
        { identifier: JUDGE },
        follower,
        new Accept({
          id: new URL(`${origin}/accepts/${crypto.randomUUID()}`),
          actor: ctx.getActorUri(JUDGE),
          object: follow,
        }),
        { immediate: true },
      );
    })
    .on(Activity, () => {});

  const context = () => federation.createContext(new URL(origin), undefined);

  /** Judges one POST with each of Fedify's verifiers on its own, whatever its inbox did with it. */
  async function judge(request, body) {
    const ctx = context();
    const options = {
      contextLoader: ctx.contextLoader,
      documentLoader: await ctx.getDocumentLoader({ identifier: JUDGE }),
    };
    const http = await verifyRequestDetailed(request.clone(), options);
    const entry = {
      http_signature: http.verified,
      http_profile: request.headers.has("signature-input") ? "rfc9421" : "cavage",
      http_key: http.verified ? (http.key.id?.href ?? null) : null,
      http_refusal: http.verified ? null : http.reason.type,
      proof: false,
      ld_signature: false,
      document: null,
    };
    try {
      entry.document = JSON.parse(body);
    } catch {
      return entry;
    }
    return { ...entry, ...(await judgeDocument(entry.document, Activity)) };
  }

  /** What Fedify says of the proof and of the Linked Data signature inside a document. */
  async function judgeDocument(document, kind) {
    const ctx = context();
    const options = {
      contextLoader: ctx.contextLoader,
      documentLoader: await ctx.getDocumentLoader({ identifier: JUDGE }),
    };
    const { signature: _, ...unsigned } = document;
    return {
      proof:
        document.proof == null
          ? null
          : await verifyObject(kind, unsigned, options).then((it) => it != null, failed),
      ld_signature: document.signature == null ? null : await verifyJsonLd(document, options).catch(failed),
    };
  }

  async function answer(request) {
    if (request.method !== "POST") return await federation.fetch(request, { contextData: undefined });
    const body = await request.clone().text();
    const forJudge = request.clone();
    const response = await federation.fetch(request, { contextData: undefined });
    const pending = judge(forJudge, body).then((entry) => ({
      path: new URL(request.url).pathname,
      status: response.status,
      headers: Object.fromEntries(forJudge.headers),
      body,
      ...entry,
    }));
    memory.received.push(pending);
    return response;
  }

  return { context, memory, answer, judgeDocument, origin };
}

function failed(error) {
  console.error("a verifier failed:", error);
  return false;
}
