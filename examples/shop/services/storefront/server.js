import express from "express";

const catalogue = process.env.CATALOGUE_URL ?? "http://catalogue:8081";
const orders = process.env.ORDERS_URL ?? "http://orders:8082";

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (c) => escapes[c]);

const page = (title, body) =>
  `<!doctype html><title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1>${body}`;

const row = (p) =>
  `<li>${escapeHtml(p.name)} <b>${(p.cents / 100).toFixed(2)} €</b></li>`;

const app = express();
app.disable("x-powered-by");
app.use(express.json({ limit: "32kb" }));

app.get("/healthz", (_req, res) => res.send("ok"));

app.get("/", async (_req, res) => {
  const answer = await fetch(`${catalogue}/products`);
  if (!answer.ok) return res.status(502).send(page("Back in a minute", ""));
  const products = await answer.json();
  res.send(page("Our shop", `<ul>${products.map(row).join("")}</ul>`));
});

app.post("/orders", async (req, res) => {
  const answer = await fetch(`${orders}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ items: req.body.items }),
  });
  res.status(answer.status).json(await answer.json());
});

app.listen(Number(process.env.PORT ?? 8080));
