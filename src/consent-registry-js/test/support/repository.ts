import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder above this file that has such a file. */
function folderWith(file: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, file))) return folder;
    if (folder === dirname(folder)) throw new Error(`No folder above has ${file}.`);
  }
}

/** The folder of the package. */
export const packageFolder = folderWith("package.json");

/** The folder of the repository. */
export const repositoryFolder = folderWith("ConsentRegistry.sln");
