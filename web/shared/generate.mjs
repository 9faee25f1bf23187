// Writes shared/api.ts from the service's OpenAPI document (OPENAPI_FILE, else shared/openapi.json).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const source = resolve(process.env.INIT_CWD ?? process.cwd(), process.env.OPENAPI_FILE ?? resolve(here, "openapi.json"));
const target = resolve(here, "api.ts");

if (!existsSync(source)) {
  console.error(`no OpenAPI document at ${source}; write it with: python -m service.openapi > web/shared/openapi.json`);
  process.exit(1);
}
const header = "// Generated from the service's OpenAPI document by `npm run generate`; not in git.\n";
const text = header + astToString(await openapiTS(pathToFileURL(source)));
// Written only when it changed, so that a second build has nothing to do.
if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
