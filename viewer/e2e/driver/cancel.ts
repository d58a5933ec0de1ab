import type { Locator, Page, Route } from "playwright-core";

/**
 * Begin a job and press Cancel while the page has heard nothing of it: what the server tells is held until it was asked to
 * stop, so that no job is too quick for it.
 */
export async function stoppedByCancel(page: Page, dialog: Locator, begin: () => Promise<void>): Promise<void> {
  const events = "**/api/jobs/*/events";
  let asked = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (asked = resolve));
  const tell = async (route: Route): Promise<void> => {
    await stopped;
    const data = JSON.stringify({ job: "", kind: "media", state: "cancelled", summary: null, message: "" });
    await route.fulfill({ contentType: "text/event-stream", body: `event: end\ndata: ${data}\n\n` }).catch(() => undefined); // nobody listens any more
  };
  await page.route(events, tell, { times: 1 });
  const listening = page.waitForRequest(events);
  await begin();
  await listening;
  const deleted = page.waitForRequest((request) => request.method() === "DELETE" && request.url().includes("/api/jobs/"));
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await deleted;
  asked();
}
