// Reads an AsyncAPI document and says what its validator finds wrong with it. Ends with 1 if there is anything; otherwise
// prints how many channels there are.
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

const WARNING = 1;

async function main(path) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(path, "utf8"));
  const faults = diagnostics.filter(({ severity }) => severity <= WARNING);
  for (const { code, path, message } of faults) {
    console.error(`${code} at ${path.join("/")}: ${message}`);
  }
  if (faults.length > 0 || !document) {
    process.exit(1);
  }
  console.log(document.channels().length);
}

main(process.argv[2]);
