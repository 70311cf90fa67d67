/** The browser's storage as a store. Where it is denied, what is remembered lasts as long as the page. */

/** @returns {import("./remembered.js").Store} */
export function openStore() {
    try {
        const storage = localStorage;
        const probe = "consent-log-probe";
        storage.setItem(probe, probe);
        storage.removeItem(probe);
        return {
            get: (name) => storage.getItem(name),
            set: (name, value) => storage.setItem(name, value),
            delete: (name) => storage.removeItem(name),
            keys: () => Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? ""),
        };
    } catch {
        return new Map();
    }
}
