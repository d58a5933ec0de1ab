import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { leave, navigate, route, startRouter } from "./router.ts";

/** Put a link on the page and click it; answers whether the browser would have followed it itself. */
function click(href: string, how: MouseEventInit & { readonly target?: string } = {}): boolean {
  const link = document.createElement("a");
  link.href = href;
  link.target = how.target ?? "";
  document.body.replaceChildren(link);
  const stay = (event: Event): void => {
    followed = !event.defaultPrevented;
    event.preventDefault();
  };
  let followed = false;
  addEventListener("click", stay, { once: true });
  link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...how }));
  return followed;
}

beforeAll(() => {
  history.replaceState(null, "", "/?token=used");
  startRouter();
});
beforeEach(() => {
  navigate({ page: "archive" });
});

describe("the router", () => {
  it("does not keep a token in the address", () => {
    expect(location.search).toBe("");
  });

  it("writes the address of where one goes", () => {
    navigate({ page: "series", id: "e1" });
    expect([location.pathname, route.value]).toEqual(["/series/e1", { page: "series", id: "e1" }]);
  });

  it("replaces an address without a new step back", () => {
    const steps = history.length;
    navigate({ page: "series", id: "e2" }, { replace: true });
    expect([location.pathname, history.length]).toEqual(["/series/e2", steps]);
  });

  it("leaves a page by going back when one came from here, and for the archive when one did not", () => {
    const back = vi.spyOn(history, "back").mockImplementation(() => undefined);
    navigate({ page: "series", id: "e3" });
    leave();
    expect(back).toHaveBeenCalledOnce();
    history.replaceState(null, "", "/series/e4");
    leave();
    expect(back).toHaveBeenCalledOnce();
    expect([location.pathname, route.value]).toEqual(["/", { page: "archive" }]);
  });

  it("follows the browser's own back and forward", () => {
    history.replaceState(null, "", "/imports/3");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(route.value).toEqual({ page: "ledger", id: 3 });
  });

  it("follows plain clicks on our own links, and no others", () => {
    expect(click("/imports")).toBe(false);
    expect(route.value).toEqual({ page: "imports" });
    for (const left of [click("/imports/1", { ctrlKey: true }), click("/imports/1", { target: "_blank" }), click("/nowhere"), click("https://example.org/imports")]) {
      expect(left).toBe(true);
    }
    expect(route.value).toEqual({ page: "imports" });
  });
});
