// What the tests may ask of the judge. Every command takes and returns plain JSON.

import { verifyProof, verifyRequestDetailed } from "@fedify/fedify";
import {
  Activity,
  Create,
  DataIntegrityProof,
  Delete,
  Follow,
  isActor,
  Like,
  Mention,
  Note,
  Object as AnyObject,
  PUBLIC_COLLECTION,
  Undo,
  Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { describe } from "./describing.mjs";
import { maker } from "./making.mjs";
import { JUDGE } from "./peer.mjs";

/** Commands by name for a peer; `knocks` is the list that the watched `fetch` appends to. */
export function makeCommands(peer, knocks) {
  const { memory, origin } = peer;
  const make = maker(memory, origin);
  const mint = (path) => new URL(`${origin}/${path}/${crypto.randomUUID()}`);

  async function lookup(ctx, url) {
    const documentLoader = await ctx.getDocumentLoader({ identifier: JUDGE });
    return await ctx.lookupObject(url, { documentLoader });
  }

  async function actor(ctx, url) {
    const found = await lookup(ctx, url);
    if (!isActor(found)) throw new Error(`no actor at ${url}`);
    return found;
  }

  async function send(ctx, recipients, activity, identifier = JUDGE) {
    const before = knocks.length;
    await ctx.sendActivity({ identifier }, recipients, activity, { immediate: true });
    memory.sent.set(activity.id.href, { activity, recipients, identifier });
    return { id: activity.id.href, knocks: knocks.slice(before) };
  }

  return {
    /** An activity made of Fedify's own objects, signed by Fedify as sent by `by`. */
    async send({ to, activity: described, by = JUDGE }) {
      const ctx = peer.context();
      const recipients = [];
      for (const url of to) recipients.push(await actor(ctx, url));
      const activity = make({
        id: mint("activities").href,
        actor: ctx.getActorUri(by).href,
        ...described,
      });
      if (activity instanceof Delete) memory.objects.delete(activity.objectId.href);
      return await send(ctx, recipients, activity, by);
    },

    /** Makes an object and serves it at its id. */
    async keep({ object }) {
      return make(object).id.href;
    },

    /** What a person's actor says otherwise than it did. */
    async profile({ by = JUDGE, ...changed }) {
      const values = Object.entries(changed).map(([name, value]) => [name, make.value(name, value)]);
      memory.profiles.set(by, { ...memory.profiles.get(by), ...Object.fromEntries(values) });
    },

    /** The actor as it is now, for an Update. */
    async announce_profile({ to, by = JUDGE }) {
      const ctx = peer.context();
      const person = await actor(ctx, ctx.getActorUri(by).href);
      const update = new Update({
        id: mint("updates"),
        actor: person.id,
        object: person,
        to: PUBLIC_COLLECTION,
      });
      return await send(ctx, [await actor(ctx, to)], update, by);
    },

    async feature({ objects }) {
      memory.featured = objects;
    },

    /** Whether follows are refused from now on. */
    async refuse({ refusing }) {
      memory.refusing = refusing;
    },

    /** What arrived as number `index`, as Fedify's vocabulary understands it. */
    async understood({ index }) {
      const ctx = peer.context();
      const { document } = await memory.received[index];
      const { signature: _, ...unsigned } = document;
      const options = { contextLoader: ctx.contextLoader, documentLoader: ctx.documentLoader };
      return await describe(await Activity.fromJsonLd(unsigned, options), ctx.contextLoader);
    },

    /** What is at a URL, as Fedify's vocabulary understands it. */
    async look({ url }) {
      const ctx = peer.context();
      return await describe(await lookup(ctx, url), ctx.contextLoader);
    },

    /** The members of a collection, walked page by page. */
    async walk({ url }) {
      const ctx = peer.context();
      const documentLoader = await ctx.getDocumentLoader({ identifier: JUDGE });
      const found = [];
      for await (const item of ctx.traverseCollection(await lookup(ctx, url), { documentLoader })) {
        found.push(item.id?.href ?? null);
      }
      return found;
    },

    async follow({ actor: url, by = JUDGE }) {
      const ctx = peer.context();
      const target = await actor(ctx, url);
      const follow = new Follow({
        id: mint("follows"),
        actor: ctx.getActorUri(by),
        object: target.id,
        to: target.id,
      });
      return await send(ctx, target, follow, by);
    },

    async create_note({ content, mention }) {
      const ctx = peer.context();
      const target = await actor(ctx, mention);
      const id = crypto.randomUUID();
      const audience = {
        to: PUBLIC_COLLECTION,
        ccs: [ctx.getFollowersUri(JUDGE), target.id],
        published: Temporal.Now.instant(),
      };
      const note = new Note({
        ...audience,
        id: new URL(`${origin}/notes/${id}`),
        attribution: ctx.getActorUri(JUDGE),
        content,
        tags: [new Mention({ href: target.id, name: `@${target.preferredUsername}` })],
      });
      memory.objects.set(note.id.href, note);
      const create = new Create({
        ...audience,
        id: new URL(`${origin}/notes/${id}#create`),
        actor: ctx.getActorUri(JUDGE),
        object: note,
      });
      return { ...(await send(ctx, target, create)), object: note.id.href };
    },

    async like({ object: url }) {
      const ctx = peer.context();
      const liked = await lookup(ctx, url);
      if (liked?.attributionId == null) throw new Error(`nothing to like at ${url}`);
      const author = await actor(ctx, liked.attributionId.href);
      const like = new Like({
        id: mint("likes"),
        actor: ctx.getActorUri(JUDGE),
        object: liked.id,
        to: author.id,
      });
      return await send(ctx, author, like);
    },

    async undo({ activity: id }) {
      const ctx = peer.context();
      const { activity, recipients, identifier } = memory.sent.get(id);
      const undo = new Undo({
        id: mint("undos"),
        actor: ctx.getActorUri(identifier),
        object: activity,
        tos: activity.toIds,
      });
      return await send(ctx, recipients, undo, identifier);
    },

    /** Dereferences through Fedify and follows every attribution. */
    async lookup({ url }) {
      const ctx = peer.context();
      const found = await lookup(ctx, url);
      if (found == null) return null;
      const documentLoader = await ctx.getDocumentLoader({ identifier: JUDGE });
      const authors = [];
      for await (const author of found.getAttributions({ ...ctx, documentLoader })) {
        authors.push({ id: author.id?.href, username: String(author.preferredUsername) });
      }
      return {
        id: found.id?.href,
        kind: found.constructor.name,
        attributed_to: found.attributionIds.map((it) => it.href),
        authors,
        content: found.content?.toString() ?? null,
        to: found.toIds.map((it) => it.href),
        cc: found.ccIds.map((it) => it.href),
      };
    },

    async webfinger({ resource }) {
      return await peer.context().lookupWebFinger(resource);
    },

    async nodeinfo({ url }) {
      return await peer.context().lookupNodeInfo(url, { parse: "best-effort" }).then((it) => it ?? null);
    },

    /** The raw JSON at a URL as Fedify's signed loader fetches it. */
    async fetch_document({ url }) {
      const loader = await peer.context().getDocumentLoader({ identifier: JUDGE });
      return (await loader(url)).document;
    },

    async received() {
      const entries = await Promise.all(memory.received);
      return entries.map((entry, index) => ({
        ...entry,
        index,
        id: entry.document?.id ?? null,
        type: entry.document?.type ?? null,
        actor: entry.document?.actor ?? null,
      }));
    },

    async followers({ of = JUDGE }) {
      return [...memory.followers.get(of).keys()];
    },

    /** Fedify's verdict on a document given as JSON: `activity` says how to read it. */
    async verify_document({ document, activity = true }) {
      const ctx = peer.context();
      const documentLoader = await ctx.getDocumentLoader({ identifier: JUDGE });
      const options = { contextLoader: ctx.contextLoader, documentLoader };
      const { signature: _, ...unsigned } = document;
      const object = await AnyObject.fromJsonLd(unsigned, options);
      const proof_keys = [];
      for await (const proof of object.getProofs(options)) {
        if (!(proof instanceof DataIntegrityProof)) continue;
        const key = await verifyProof(unsigned, proof, options);
        proof_keys.push(key == null ? null : { id: key.id?.href, controller: key.controllerId?.href });
      }
      const verdict = await peer.judgeDocument(document, activity ? Activity : AnyObject);
      return { ...verdict, proof_keys };
    },

    /** Fedify's verdict on the proof of a document of a type that its vocabulary does not have. */
    async verify_proof({ document }) {
      const ctx = peer.context();
      const documentLoader = await ctx.getDocumentLoader({ identifier: JUDGE });
      const options = { contextLoader: ctx.contextLoader, documentLoader };
      const { signature: _, ...unsigned } = document;
      const stated = { "@context": unsigned["@context"], ...unsigned.proof };
      const proof = await DataIntegrityProof.fromJsonLd(stated, options);
      const key = await verifyProof(unsigned, proof, options);
      return key == null ? { proof: false } : { proof: true, controller: key.controllerId?.href };
    },

    async verify_request({ method, url, headers, body }) {
      const ctx = peer.context();
      const request = new Request(url, { method, headers, body: method === "GET" ? undefined : body });
      const result = await verifyRequestDetailed(request, {
        contextLoader: ctx.contextLoader,
        documentLoader: await ctx.getDocumentLoader({ identifier: JUDGE }),
      });
      return result.verified
        ? { verified: true, key: result.key.id?.href, owner: result.key.ownerId?.href }
        : { verified: false, refusal: result.reason.type };
    },
  };
}
