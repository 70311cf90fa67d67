/** The registry's address with a slash at its end, so that paths are added to its own. */
export function rootOf(baseUrl: string | URL): URL {
  const root = new URL(baseUrl);
  if (root.protocol !== "https:" && root.protocol !== "http:") throw new TypeError("baseUrl is not https or http.");
  if (root.search !== "" || root.hash !== "" || root.username !== "" || root.password !== "")
    throw new TypeError("baseUrl has a user, a query or a fragment.");
  if (!root.pathname.endsWith("/")) root.pathname += "/";
  return root;
}

/**
 * A path of these segments, relative to the registry's address; each is escaped.
 *
 * @throws TypeError where a segment is empty, `.` or `..`: no escaping keeps those from naming another operation.
 */
export function path(...segments: readonly string[]): string {
  for (const segment of segments)
    if (typeof segment !== "string" || ["", ".", ".."].includes(segment))
      throw new TypeError(`'${segment}' is neither an id nor a purpose.`);
  return segments.map(encodeURIComponent).join("/");
}

/** A query of the parameters that have a value. An empty value is sent, and refused by the registry. */
export function query(parameters: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  const pairs = given.map(([name, value]) => `${name}=${encodeURIComponent(value!)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
