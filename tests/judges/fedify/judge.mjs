// Runs the judge: node judge.mjs [--port N] [--first-knock rfc9421|draft-cavage-http-signatures-12]
//
// It speaks JSON lines on stdin and stdout: {"id", "command", "arguments"} is answered by
// {"id", "result"} or {"id", "error"}. The first line it writes says where it is. It ends when
// stdin does, so it never outlives the test that started it.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { makeCommands } from "./commands.mjs";
import { JUDGE, makePeer } from "./peer.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "first-knock": { type: "string", default: "rfc9421" },
  },
});

const knocks = watchFetch();
const server = createServer();
await new Promise((resolve) => server.listen(Number(values.port), "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const peer = await makePeer({ origin, firstKnock: values["first-knock"] });
const commands = makeCommands(peer, knocks);

server.on("request", async (incoming, outgoing) => {
  try {
    const response = await peer.answer(await toRequest(incoming));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    console.error("the judge failed:", error);
    outgoing.writeHead(500).end();
  }
});

say({ ready: true, origin, actor: `${origin}/users/${JUDGE}`, node: process.version });

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, command, arguments: given } = JSON.parse(line);
    try {
      say({ id, result: (await commands[command](given)) ?? null });
    } catch (error) {
      say({ id, error: String(error?.stack ?? error) });
    }
  })
  .on("close", () => process.exit(0));

function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

async function toRequest(incoming) {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
  }
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  return new Request(origin + incoming.url, {
    method: incoming.method,
    headers,
    body: hasBody ? Buffer.concat(chunks) : undefined,
  });
}

/**
 * Notes every POST that Fedify sends and how it was signed. WebFinger of an `acct:` always goes to
 * https in Fedify; servers under test have only http on loopback, so that one scheme is turned.
 */
function watchFetch() {
  const knocks = [];
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    let request = new Request(input, init);
    const url = new URL(request.url);
    if (url.protocol === "https:" && url.hostname === "127.0.0.1") {
      url.protocol = "http:";
      request = new Request(url, request);
    }
    const response = await original(request);
    if (request.method === "POST") {
      const profile = request.headers.has("signature-input")
        ? "rfc9421"
        : request.headers.has("signature")
          ? "cavage"
          : "none";
      knocks.push({ url: request.url, profile, status: response.status });
    }
    return response;
  };
  return knocks;
}
