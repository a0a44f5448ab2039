// The Fedify server: a few people, the judge first, and everything that arrives with what Fedify said of it.

import {
  createFederation,
  generateCryptoKeyPair,
  MemoryKvStore,
  verifyJsonLd,
  verifyObject,
  verifyRequestDetailed,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Endpoints,
  Follow,
  Note,
  Person,
  Question,
  QuoteAuthorization,
  Reject,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

export const JUDGE = "judge";
/** Everybody here. Only the judge has a shared inbox, so that what is for whom can be told apart. */
export const PEOPLE = [JUDGE, "clerk", "usher"];
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAE0lEQVR4nGP8dYcBK2DCLjxYJQBzlQHmJdsUKgAAAABJRU5ErkJggg==",
  "base64",
);
/** Where objects are served, so that others can look them up. */
const PATHS = { notes: Note, questions: Question, stamps: QuoteAuthorization };

/** Peer: the Fedify federation on `origin`, its memory, and `answer(Request) -> Response`. */
export async function makePeer({ origin, firstKnock }) {
  const keyPairs = {};
  for (const name of PEOPLE) {
    const rsa = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
    keyPairs[name] = [rsa, await generateCryptoKeyPair("Ed25519")];
  }
  const memory = {
    received: [],
    sent: new Map(),
    objects: new Map(),
    followers: new Map(PEOPLE.map((name) => [name, new Map()])),
    profiles: new Map(),
    featured: [],
    refusing: false,
  };
  const federation = createFederation({
    kv: new MemoryKvStore(),
    origin,
    allowPrivateAddress: true,
    firstKnock,
    userAgent: "CotweetJudge/1.0 (Fedify)",
  });

  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
      if (!PEOPLE.includes(identifier)) return null;
      const keys = await ctx.getActorKeyPairs(identifier);
      return new Person({
        id: ctx.getActorUri(identifier),
        preferredUsername: identifier,
        name: `The ${identifier}`,
        summary: "<p>Checks signatures.</p>",
        url: ctx.getActorUri(identifier),
        inbox: ctx.getInboxUri(identifier),
        outbox: ctx.getOutboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        following: ctx.getFollowingUri(identifier),
        featured: ctx.getFeaturedUri(identifier),
        endpoints:
          identifier === JUDGE ? new Endpoints({ sharedInbox: ctx.getInboxUri() }) : undefined,
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
        published: Temporal.Instant.from("2024-01-01T00:00:00Z"),
        ...memory.profiles.get(identifier),
      });
    })
    .setKeyPairsDispatcher((_ctx, identifier) => keyPairs[identifier] ?? []);
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation.setFollowingDispatcher("/users/{identifier}/following", () => ({ items: [] }));
  federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, identifier) => ({
    items: [...memory.followers.get(identifier).values()],
  }));
  federation.setFeaturedDispatcher("/users/{identifier}/featured", () => ({
    items: memory.featured.map((id) => memory.objects.get(id)),
  }));
  for (const [path, kind] of Object.entries(PATHS)) {
    federation.setObjectDispatcher(
      kind,
      `/${path}/{id}`,
      (_ctx, { id }) => memory.objects.get(`${origin}/${path}/${id}`) ?? null,
    );
  }
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Follow, async (ctx, follow) => {
      const follower = await follow.getActor(ctx);
      const whom = ctx.parseUri(follow.objectId);
      if (follower?.id == null || whom?.type !== "actor") return;
      const { identifier } = whom;
      if (!memory.refusing) memory.followers.get(identifier).set(follower.id.href, follower);
      const answer = {
        id: new URL(`${origin}/answers/${crypto.randomUUID()}`),
        actor: ctx.getActorUri(identifier),
        object: follow,
      };
      await ctx.sendActivity(
        { identifier },
        follower,
        memory.refusing ? new Reject(answer) : new Accept(answer),
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
    if (new URL(request.url).pathname === "/pictures/1.png") {
      return new Response(PICTURE, { headers: { "content-type": "image/png" } });
    }
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
