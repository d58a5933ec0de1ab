import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { listenToJob } from "./events.ts";

class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static last: FakeEventSource;
  readyState = 1;

  constructor(readonly url: string) {
    super();
    FakeEventSource.last = this;
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }

  say(event: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
  }
}

const listener = { onProgress: vi.fn(), onEnd: vi.fn(), onLost: vi.fn() };

beforeEach(() => {
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.clearAllMocks();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("listening to a job", () => {
  it("tells its progress and its end, and then hangs up", () => {
    listenToJob("j1", listener);
    const source = FakeEventSource.last;
    expect(source.url).toBe("/api/jobs/j1/events");
    source.say("progress", { seen: 3 });
    expect(listener.onProgress).toHaveBeenCalledWith({ seen: 3 });
    source.say("end", { job: "j1", state: "done" });
    expect(listener.onEnd).toHaveBeenCalledWith({ job: "j1", state: "done" });
    expect(source.readyState).toBe(FakeEventSource.CLOSED);
  });

  it("says that the line is lost only when the browser has given up", () => {
    listenToJob("j1", listener);
    const source = FakeEventSource.last;
    source.dispatchEvent(new Event("error"));
    expect(listener.onLost).not.toHaveBeenCalled();
    source.readyState = FakeEventSource.CLOSED;
    source.dispatchEvent(new Event("error"));
    expect(listener.onLost).toHaveBeenCalledOnce();
  });

  it("can be stopped", () => {
    listenToJob("j1", listener)();
    expect(FakeEventSource.last.readyState).toBe(FakeEventSource.CLOSED);
  });
});
