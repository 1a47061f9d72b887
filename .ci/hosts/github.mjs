// GitHub's double on loopback: releases to download, and the comments of pull request 7. Prints its address.
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

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  if (pathname.startsWith("/releases/")) {
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
