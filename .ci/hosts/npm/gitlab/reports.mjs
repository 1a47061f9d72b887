// Holds what a job gave to GitLab against what GitLab demands:
//
//   node reports.mjs SCHEMAS FILE...
//
// SCHEMAS is the folder with GitLab's schema of SAST reports and the official one of SARIF. Exits 1 if a file is refused,
// or if there is a file that no check here can judge.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [schemas, ...files] = process.argv.slice(2);

// By a schema: the file's refusals, as text.
function schema(name, Judge) {
  const judge = new Judge({ strict: false, allErrors: true });
  addFormats(judge);
  const valid = judge.compile(JSON.parse(readFileSync(join(schemas, name), "utf8")));
  return (text) => (valid(JSON.parse(text)) ? [] : valid.errors.map((e) => `${e.instancePath || "/"} ${e.message}`));
}

// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
function codequality(text) {
  const seen = new Set();
  return JSON.parse(text).flatMap((f) => {
    const whole = f.description && f.check_name && f.fingerprint && Number.isInteger(f.location.lines.begin);
    const known = ["info", "minor", "major", "critical", "blocker"].includes(f.severity);
    const relative = !/^(\/|\.\/|[a-z]+:)/.test(f.location.path);
    const once = !seen.has(f.fingerprint);
    seen.add(f.fingerprint);
    return whole && known && relative && once ? [] : [`refused: ${JSON.stringify(f)}`];
  });
}

// https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv
function dotenv(text) {
  const lines = text.trimEnd().split("\n");
  const bad = lines.filter((l) => !/^SCANGATE_[A-Z_]+=[a-z0-9-]+$/.test(l)).map((l) => `line ${JSON.stringify(l)}`);
  return lines.length > 20 || text.length > 5120 ? [...bad, "more than GitLab takes"] : bad;
}

const judges = {
  "sast.json": schema("gitlab-sast-15.2.1.json", Ajv),
  "sarif.json": schema("sarif-2.1.0.json", Ajv2020),
  "codequality.json": codequality,
  "gate.env": dotenv,
};

let refused = 0;
for (const file of files) {
  const errors = judges[basename(file)]?.(readFileSync(file, "utf8")) ?? ["no judge for it"];
  for (const e of errors) console.error(`${file}: ${e}`);
  refused += errors.length;
}
// A judge that accepts everything would go unnoticed.
if (judges["sast.json"]("{}").length === 0 || judges["sarif.json"]("{}").length === 0 || dotenv("A=$(b)\n").length === 0) {
  console.error("a judge accepts everything");
  refused++;
}
process.exit(refused ? 1 : 0);
