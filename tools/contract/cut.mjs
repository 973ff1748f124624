// Cuts GitHub's OpenAPI description to what this program uses, and gathers the
// example deliveries:
//
//   node tools/contract/cut.mjs OUTPUT_FOLDER
//
// openapi.json holds the operations and deliveries listed below with all that
// they refer to, without prose. Deliveries become operations of their own,
// `POST /webhook/EVENT-ACTION`, because validators do not read x-webhooks.
// examples.json maps the name of an event to example payloads. schema.graphql is
// GitHub's whole GraphQL schema without prose.

import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const operations = [
  "GET /app",
  "GET /app/hook/config",
  "GET /app/hook/deliveries",
  "GET /app/hook/deliveries/{delivery_id}",
  "POST /app/hook/deliveries/{delivery_id}/attempts",
  "GET /app/installations",
  "GET /app/installations/{installation_id}",
  "POST /app/installations/{installation_id}/access_tokens",
  "GET /installation/repositories",
  "GET /orgs/{org}/installation",
  "GET /orgs/{org}/teams/{team_slug}/members",
  "GET /repos/{owner}/{repo}",
  "GET /repos/{owner}/{repo}/actions/runs",
  "POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule",
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments",
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
  "GET /repos/{owner}/{repo}/assignees/{assignee}",
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
  "POST /repos/{owner}/{repo}/check-runs",
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
  "GET /repos/{owner}/{repo}/commits/{ref}/check-suites",
  "GET /repos/{owner}/{repo}/commits/{ref}/status",
  "GET /repos/{owner}/{repo}/commits",
  "GET /repos/{owner}/{repo}/commits/{ref}",
  "GET /repos/{owner}/{repo}/compare/{basehead}",
  "GET /repos/{owner}/{repo}/contents/{path}",
  "PUT /repos/{owner}/{repo}/contents/{path}",
  "GET /repos/{owner}/{repo}/deployments",
  "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules",
  "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
  "POST /repos/{owner}/{repo}/git/commits",
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}",
  "GET /repos/{owner}/{repo}/git/ref/{ref}",
  "POST /repos/{owner}/{repo}/git/refs",
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
  "POST /repos/{owner}/{repo}/git/trees",
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
  "GET /repos/{owner}/{repo}/installation",
  "GET /repos/{owner}/{repo}/issues",
  "POST /repos/{owner}/{repo}/issues",
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
  "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
  "GET /repos/{owner}/{repo}/issues/{issue_number}",
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees",
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/events",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/labels",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/reactions",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/reactions",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/timeline",
  "GET /repos/{owner}/{repo}/labels",
  "POST /repos/{owner}/{repo}/labels",
  "GET /repos/{owner}/{repo}/labels/{name}",
  "POST /repos/{owner}/{repo}/merges",
  "GET /repos/{owner}/{repo}/pulls",
  "POST /repos/{owner}/{repo}/pulls",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "GET /repos/{owner}/{repo}/releases",
  "GET /users/{username}",
];

const deliveries = [
  "check-run-completed",
  "check-run-created",
  "check-run-rerequested",
  "check-suite-completed",
  "create",
  "deployment-protection-rule-requested",
  "deployment-status-created",
  "installation-created",
  "installation-deleted",
  "installation-new-permissions-accepted",
  "installation-repositories-added",
  "installation-repositories-removed",
  "installation-suspend",
  "installation-unsuspend",
  "issue-comment-created",
  "issue-comment-deleted",
  "issue-comment-edited",
  "issues-assigned",
  "issues-closed",
  "issues-deleted",
  "issues-edited",
  "issues-labeled",
  "issues-opened",
  "issues-reopened",
  "issues-transferred",
  "issues-unassigned",
  "issues-unlabeled",
  "label-created",
  "label-deleted",
  "label-edited",
  "merge-group-checks-requested",
  "ping",
  "pull-request-assigned",
  "pull-request-closed",
  "pull-request-edited",
  "pull-request-labeled",
  "pull-request-opened",
  "pull-request-ready-for-review",
  "pull-request-reopened",
  "pull-request-review-dismissed",
  "pull-request-review-submitted",
  "pull-request-synchronize",
  "pull-request-unassigned",
  "pull-request-unlabeled",
  "push",
  "release-published",
  "status",
  "workflow-run-completed",
];

// Answers that the description leaves out fall to this one.
const basicError = {
  description: "",
  content: { "application/json": { schema: { $ref: "#/components/schemas/basic-error" } } },
};

// correct mends what is known to be wrong in the package, not in what we send
// or answer: its list of installations demands that an account be a user *and*
// an enterprise, where the component for one installation says *or*. And a conflict
// over a file is to be exactly one of two errors of which each is the other, too. And where
// a delivery shows an App, the events that it may hear of lack some that others describe.
// The time within which runs were created is a range, as its own description says.
function correct(whole) {
  const answer = whole.paths["/app/installations"].get.responses["200"];
  answer.content["application/json"].schema.items = { $ref: "#/components/schemas/installation" };
  const conflict = whole.paths["/repos/{owner}/{repo}/contents/{path}"].put.responses["409"].content["application/json"].schema;
  conflict.anyOf = conflict.oneOf;
  delete conflict.oneOf;
  addEvents(whole.components.schemas);
  delete whole.components.parameters.created.schema.format;
  return whole;
}

// addEvents completes the lists of events of Apps.
function addEvents(node) {
  if (node === null || typeof node !== "object") return;
  const known = node.events?.items?.enum;
  for (const event of known ? ["deployment_protection_rule", "merge_group"] : []) {
    if (!known.includes(event)) known.push(event);
  }
  for (const value of Object.values(node)) addEvents(value);
}

const require = createRequire(import.meta.url);
const read = (path) => JSON.parse(readFileSync(require.resolve(path), "utf8"));

// withoutProse copies a part of the description without what no validator
// reads. Under `properties` every key is a name and stays.
function withoutProse(node, isProperties = false) {
  if (Array.isArray(node)) return node.map((element) => withoutProse(element));
  if (node === null || typeof node !== "object") return node;
  const copy = {};
  for (const [key, value] of Object.entries(node)) {
    const prose = ["description", "summary", "example", "examples", "externalDocs", "tags", "headers", "title"];
    if (!isProperties && (prose.includes(key) || key.startsWith("x-"))) continue;
    copy[key] = withoutProse(value, key === "properties");
  }
  return copy;
}

// resolve finds what a reference such as #/components/schemas/issue names.
const resolve = (whole, reference) =>
  reference
    .slice(2)
    .split("/")
    .reduce((node, key) => node[key], whole);

// addReferences copies into cut.components whatever node refers to, at any
// depth.
function addReferences(whole, node, cut) {
  if (node === null || typeof node !== "object") return;
  if (typeof node.$ref === "string") {
    const [kind, name] = node.$ref.split("/").slice(2);
    cut.components[kind] ??= {};
    if (!(name in cut.components[kind])) {
      const target = withoutProse(resolve(whole, node.$ref));
      if (kind === "responses") target.description = "";
      cut.components[kind][name] = target;
      addReferences(whole, target, cut);
    }
  }
  for (const value of Object.values(node)) addReferences(whole, value, cut);
}

// asOperation is an operation as the cut description holds it.
function asOperation(original) {
  const operation = withoutProse(original);
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response.$ref) operation.responses[status] = { ...response, description: "" };
  }
  operation.responses.default ??= basicError;
  return operation;
}

function cutDescription(whole) {
  const cut = { openapi: whole.openapi, info: { title: "GitHub, cut", version: whole.info.version }, paths: {}, components: {} };
  for (const name of operations) {
    const [method, path] = name.split(" ");
    const original = whole.paths[path]?.[method.toLowerCase()];
    if (!original) throw new Error(`the description has no ${name}`);
    // A parameter that spans segments needs a pattern for the router.
    const routed = path.replace("/contents/{path}", "/contents/{path:.+}").replace(/\/git\/(refs?)\/{ref}/, "/git/$1/{ref:.+}");
    (cut.paths[routed] ??= {})[method.toLowerCase()] = asOperation(original);
  }
  for (const name of deliveries) {
    const original = whole["x-webhooks"][name]?.post;
    if (!original) throw new Error(`the description has no delivery ${name}`);
    cut.paths[`/webhook/${name}`] = { post: asOperation(original) };
  }
  addReferences(whole, cut.paths, cut);
  return cut;
}

// withoutTwins leaves out what a type of a GraphQL schema defines a second time: the
// package has such, and no validator takes it.
function withoutTwins(schema) {
  return schema.replace(/^type [^]*?^}/gm, (type) => {
    const seen = new Set();
    return type.replace(/^  (\w+)(\((.*|\n[^]*?^  )\))?: .*\n/gm, (field, name) => {
      const twin = seen.has(name);
      seen.add(name);
      return twin ? "" : field;
    });
  });
}

function gatherExamples(definitions) {
  const examples = {};
  for (const { name, examples: payloads } of definitions) examples[name] = payloads;
  return examples;
}

const folder = process.argv[2];
if (!folder) throw new Error("usage: cut.mjs OUTPUT_FOLDER");
mkdirSync(folder, { recursive: true });
// The package does not export it by name.
const schema = readFileSync(new URL("../node_modules/@octokit/graphql-schema/schema.graphql", import.meta.url), "utf8");
const bare = schema.replace(/"""[^]*?"""/g, "").replace(/\n\s*(?=\n)/g, "");
writeFileSync(join(folder, "schema.graphql"), withoutTwins(bare));
const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value) + "\n");
write("openapi.json", cutDescription(correct(read("@octokit/openapi/generated/api.github.com.json"))));
write("examples.json", gatherExamples(read("@octokit/webhooks-examples/api.github.com/index.json")));
