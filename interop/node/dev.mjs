// The line that `stagedoor dev --json` prints when it is ready, handed on by interop/run in STAGEDOOR_DEV.

const line = JSON.parse(process.env.STAGEDOOR_DEV);

export const { bandcamp, spotify } = line.apis;

// The artist whose record the Web API's first tutorial prints; the sandbox's catalogue holds it.
export const RADIOHEAD = "4Z8W4fKeB5YxbusRsdQVPb";

/** Every test starts with this: nothing issued, no limit used up, the clock at now. */
export async function reset() {
  const answer = await fetch(`${line.url}/_dev/reset`, { method: "POST" });
  if (!answer.ok) throw new Error(`/_dev/reset answered ${answer.status}: ${await answer.text()}`);
}
