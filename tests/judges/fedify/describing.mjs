// What Fedify's vocabulary makes of a document, as plain JSON. Only what stands in it: nothing is fetched.

import { Emoji, Hashtag, Link, Mention } from "@fedify/vocab";

const DEEP = 4;

/** A view of an object with the properties people see, and of what is inside it. */
export async function describe(object, contextLoader, depth = 0) {
  if (object == null) return null;
  const options = { contextLoader, documentLoader: nothing, suppressError: true, crossOrigin: "trust" };
  const view = { kind: object.constructor.name, id: object.id?.href ?? null, ...plain(object) };
  if (object instanceof Link || depth === DEEP) return view;
  const inner = async (one) => await describe(one, contextLoader, depth + 1);
  const list = async (name) => {
    const found = [];
    if (typeof object[name] !== "function") return found;
    for await (const one of object[name](options)) found.push(await inner(one));
    return found;
  };
  view.attachments = await list("getAttachments");
  view.tags = await list("getTags");
  for (const [name, getter] of [["options", "getExclusiveOptions"], ["choices", "getInclusiveOptions"]]) {
    if (typeof object[getter] === "function") view[name] = await list(getter);
  }
  for (const [name, getter] of [
    ["object", "getObject"],
    ["icon", "getIcon"],
    ["image", "getImage"],
    ["replies", "getReplies"],
  ]) {
    if (typeof object[getter] === "function") view[name] = await inner(await object[getter](options));
  }
  return view;
}

function plain(object) {
  const href = (one) => one?.href?.href ?? one?.href ?? null;
  const view = {
    name: object.name == null ? null : String(object.name),
    content: object.content == null ? null : String(object.content),
    languages: (object.contents ?? []).map((it) => it.locale?.toString() ?? null),
    summary: object.summary == null ? null : String(object.summary),
    sensitive: object.sensitive ?? null,
    url: href(object.url),
    media_type: object.mediaType ?? null,
    width: object.width ?? null,
    height: object.height ?? null,
    published: object.published?.toString() ?? null,
    updated: object.updated?.toString() ?? null,
    ends: object.endTime?.toString() ?? null,
    closed: object.closed?.toString?.() ?? null,
    voters: object.voters ?? null,
    total: object.totalItems ?? null,
    value: object.value == null ? null : String(object.value),
    username: object.preferredUsername == null ? null : String(object.preferredUsername),
    quote_url: href(object.quoteUrl),
    to: (object.toIds ?? []).map(href),
    cc: (object.ccIds ?? []).map(href),
    attributed_to: (object.attributionIds ?? []).map(href),
    aliases: (object.aliasIds ?? []).map(href),
    objects: (object.objectIds ?? []).map(href),
  };
  for (const [name, property] of [
    ["actor_id", "actorId"],
    ["target_id", "targetId"],
    ["instrument_id", "instrumentId"],
    ["result_id", "resultId"],
    ["reply_to", "replyTargetId"],
    ["quote_id", "quoteId"],
    ["stamp_id", "quoteAuthorizationId"],
    ["interacting", "interactingObjectId"],
    ["interaction_target", "interactionTargetId"],
    ["featured", "featuredId"],
    ["successor", "successorId"],
  ]) {
    view[name] = href(object[property]);
  }
  const quoting = object.interactionPolicy?.canQuote;
  view.may_quote = (quoting?.automaticApprovals ?? []).map(href);
  if (object instanceof Mention || object instanceof Hashtag) view.href = href(object);
  if (object instanceof Emoji) view.kind = "Emoji";
  return view;
}

async function nothing() {
  throw new Error("only what stands in the document counts");
}
