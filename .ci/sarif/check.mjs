// Holds SARIF files against the official schema and against sarif-multitool, with GitHub's ingestion rules on:
//
//   node check.mjs FILE...
//
// Exits 1 if a file is refused. Files broken on purpose are checked first, so that a validator that accepts
// everything can't go unnoticed.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const here = dirname(fileURLToPath(import.meta.url));
const multitoolHome = join(here, "node_modules/@microsoft/sarif-multitool-linux");
const multitoolBinary = join(multitoolHome, "Sarif.Multitool");
const scratch = mkdtempSync(join(tmpdir(), "sarif-check-"));

const schema = JSON.parse(readFileSync(join(multitoolHome, "sarif-2.1.0.json"), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const valid = ajv.compile(schema);

function multitool(...args) {
  return spawnSync(multitoolBinary, args, { encoding: "utf8", env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" } });
}

// The schema's refusals of a file, as text.
function schemaErrors(file) {
  if (valid(JSON.parse(readFileSync(file, "utf8")))) return [];
  return valid.errors.map((e) => `schema: ${e.instancePath || "/"} ${e.message}`);
}

// The multitool's refusals. Its exit code says nothing of them, so its report is read; and a log that doesn't
// load yields an empty report, so the log is also rewritten, which fails for such a one.
function multitoolErrors(file) {
  const report = join(scratch, "report.sarif");
  const run = multitool("validate", file, "--rule-kind", "Sarif;Ghas", "-c", join(here, "multitool.xml"),
    "--level", "Error;Warning", "--output", report, "--log", "ForceOverwrite");
  if (run.status !== 0) return [`multitool: validate exited ${run.status}: ${run.stdout}${run.stderr}`];
  const results = JSON.parse(readFileSync(report, "utf8").replace(/^\uFEFF/, "")).runs.flatMap((r) => r.results ?? []);
  const errors = results.filter((r) => r.level === "error").map((r) => `multitool: ${r.ruleId} ${describe(r)}`);
  const load = multitool("rewrite", file, "--output", join(scratch, "rewritten.sarif"), "--log", "ForceOverwrite");
  if (load.status !== 0) errors.push(`multitool: the file does not load: ${load.stdout}${load.stderr}`);
  return errors;
}

function describe(result) {
  const region = result.locations?.[0]?.physicalLocation?.region;
  return `line ${region?.startLine ?? "?"}: ${(result.message.arguments ?? [result.message.text]).join(" | ")}`;
}

// Each breaks a small good log in one way and names the judge that must refuse it.
const broken = [
  ["a level that SARIF doesn't know", schemaErrors, (r) => { r.level = "high"; }],
  ["an empty message", schemaErrors, (r) => { r.message = {}; }],
  ["a log that doesn't load", multitoolErrors, (r) => { r.ruleIndex = 18446744073709551615n; }],
  ["no location", multitoolErrors, (r) => { delete r.locations; }],
  ["an address as a location", multitoolErrors, (r) => { r.locations[0].physicalLocation.artifactLocation.uri = "https://shop.example/main.tf"; }],
];

function sample() {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "sample", rules: [{ id: "r", shortDescription: { text: "Short." }, fullDescription: { text: "Full." }, help: { text: "Help." } }] } },
      results: [{
        ruleId: "r", ruleIndex: 0, level: "error", message: { text: "Message." },
        locations: [{ physicalLocation: { artifactLocation: { uri: "main.tf" }, region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 } } }],
      }],
    }],
  };
}

// JSON.stringify has no big integers: they travel as marked strings.
const encode = (v) => JSON.stringify(v, (_, x) => (typeof x === "bigint" ? `big:${x}` : x)).replace(/"big:(\d+)"/g, "$1");

function checkTheChecks() {
  const file = join(scratch, "sample.sarif");
  writeFileSync(file, encode(sample()));
  const refused = [...schemaErrors(file), ...multitoolErrors(file)];
  if (refused.length > 0) throw new Error(`a good log is refused:\n  ${refused.join("\n  ")}`);
  for (const [what, judge, spoil] of broken) {
    const log = sample();
    spoil(log.runs[0].results[0]);
    writeFileSync(file, encode(log));
    if (judge(file).length === 0) throw new Error(`${what} goes unnoticed`);
  }
}

function main(files) {
  if (files.length === 0) throw new Error("no SARIF file to check");
  chmodSync(multitoolBinary, 0o755);
  checkTheChecks();
  let bad = 0;
  for (const file of files) {
    const errors = [...schemaErrors(file), ...multitoolErrors(file)];
    console.log(`${errors.length === 0 ? "ok  " : "BAD "} ${file}`);
    for (const e of errors) console.log(`     ${e}`);
    if (errors.length > 0) bad++;
  }
  return bad === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (e) {
  console.error(`sarif check: ${e.message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
