// Objects of Fedify's vocabulary from plain JSON: `kind` names the class, the rest its properties.

import * as vocabulary from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const MOMENTS = ["published", "updated", "endTime", "closed"];
const WORDS = ["content", "summary", "name", "value", "preferredUsername", "mediaType"];

/** A function that makes an object and keeps it, with all inside it, where it is one of `origin`. */
export function maker(memory, origin) {
  function make({ kind, ...described }) {
    const properties = {};
    for (const [name, given] of Object.entries(described)) properties[name] = value(name, given);
    const made = new vocabulary[kind](properties);
    if (!(made instanceof vocabulary.Activity) || made instanceof vocabulary.Question) {
      if (made.id?.href.startsWith(origin)) memory.objects.set(made.id.href, made);
    }
    return made;
  }

  function value(name, given) {
    if (Array.isArray(given)) return given.map((one) => value(name, one));
    if (given !== null && typeof given === "object") {
      if (given.language) return new vocabulary.LanguageString(given.text, given.language);
      return make(given);
    }
    if (MOMENTS.includes(name)) return Temporal.Instant.from(given);
    if (typeof given !== "string" || WORDS.includes(name)) return given;
    return /^https?:/.test(given) ? new URL(given) : given;
  }

  make.value = value;
  return make;
}
