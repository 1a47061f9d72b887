// GitHub's double on loopback: releases to download, a mirror of them, and the comments of pull request 7. Prints its address.
// node github.mjs FOLDER: FOLDER/releases is served, and FOLDER/comments.json holds the comments.
import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { join, normalize } from "node:path";

const [folder] = process.argv.slice(2);
const file = join(folder, "comments.json");
const save = (comments) => writeFileSync(file, JSON.stringify(comments));
const load = () => JSON.parse(readFileSync(file, "utf8"));
save([]);

const json = (response, status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

function comments(request, response, body) {
  const all = load();
  if (request.method === "GET") return json(response, 200, all);
  const text = JSON.parse(body).body;
  if (!text) return json(response, 422, { message: "Validation Failed" });
  if (request.method === "POST") {
    all.push({ id: all.length + 1, body: text, user: { login: "github-actions[bot]" } });
    save(all);
    return json(response, 201, all.at(-1));
  }
  const one = all.find((c) => request.url.endsWith(`/comments/${c.id}`));
  one.body = text;
  save(all);
  return json(response, 200, one);
}

// The mirror wants credentials, breaks its first answer off, and then sends on to another host name, which refuses the credentials.
const mirrorUser = `Basic ${Buffer.from("ci:mirror-secret-0123").toString("base64")}`;
let mirrored = 0;
function mirror(request, response, pathname) {
  if (request.headers.authorization !== mirrorUser) return json(response, 401, { message: "Bad credentials" });
  if (mirrored++ === 0) {
    response.writeHead(200, { "content-length": "1000000" }).write("#!/bin/sh\n");
    return setImmediate(() => response.destroy());
  }
  return response.writeHead(302, { location: `http://localhost:${server.address().port}${pathname.replace("/mirror/", "/releases/")}` }).end();
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  if (pathname.startsWith("/mirror/")) return mirror(request, response, pathname);
  if (pathname.startsWith("/releases/")) {
    if (request.headers.authorization) return json(response, 400, { message: "This host must not get credentials" });
    try {
      return response.end(readFileSync(join(folder, normalize(pathname))));
    } catch {
      return json(response, 404, { message: "Not Found" });
    }
  }
  if (request.headers.authorization !== "Bearer job-token-0123456789") return json(response, 401, { message: "Bad credentials" });
  if (!/^\/repos\/acme\/shop\/issues\/(7\/comments|comments\/\d+)$/.test(pathname)) return json(response, 403, { message: "Resource not accessible by integration" });
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => comments(request, response, body));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
