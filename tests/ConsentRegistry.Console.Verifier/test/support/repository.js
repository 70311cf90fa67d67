import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The nearest folder above this one that holds a file or folder of that name.
 *
 * @param {string} name
 */
function above(name) {
    for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
        if (existsSync(join(folder, name))) return folder;
        if (folder === dirname(folder)) return undefined;
    }
}

/** The folder of the repository. */
export const repositoryFolder = above("ConsentRegistry.sln") ?? "";

/** What registries of every version wrote. */
export const goldenFolder = join(repositoryFolder, "tests/ConsentRegistry.Domain.Tests/Golden/v1");

/** @param {string} name */
export const golden = (name) => readFileSync(join(goldenFolder, name));

/** Public vectors, in a folder `shared` beside the repository; undefined where they are not there. */
export const vectorsFolder = (() => {
    const folder = above("shared/vectors");
    return folder && join(folder, "shared/vectors");
})();

/** Why tests with vectors are skipped, or false. */
export const withoutVectors = vectorsFolder ? false : "THE SHARED VECTORS ARE NOT HERE";

/** @param {...string} path */
export const vector = (...path) => join(vectorsFolder ?? "", ...path);
