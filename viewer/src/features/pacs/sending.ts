import type { FetchJob } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { onSignedOut } from "../../io/http.ts";
import { Exchange, isRunning, type JobApi } from "./exchange.ts";

export type SendApi = JobApi & Pick<typeof api, "jobs" | "sendToPeer">;

/** The one sending that may be under way: it goes on whatever the page shows, and is told about where people look. */
export class Sending {
  readonly exchange: Exchange;
  /** What is sent, as people call it; "" when another page began it. */
  name = "";
  /** The node that it goes to. */
  to = "";

  constructor(
    private readonly api: SendApi,
    pause?: () => Promise<void>,
  ) {
    this.exchange = new Exchange(api, pause);
  }

  async send(id: string, name: string, to: string): Promise<void> {
    if (isRunning(this.exchange.now.value)) return;
    [this.name, this.to] = [name, to];
    await this.exchange.run(id, () => this.api.sendToPeer(to, [id]));
  }

  /** Find one that is under way although this page did not begin it: it was loaded again, or another did. */
  async find(): Promise<void> {
    if (isRunning(this.exchange.now.value)) return;
    const all: readonly { readonly kind: string }[] = await this.api.jobs().catch(() => []);
    const under = all.find(isUnderWay);
    if (under === undefined || isRunning(this.exchange.now.value)) return;
    [this.name, this.to] = ["", under.of.peer ?? ""];
    await this.exchange.run(under.of.ids?.[0] ?? "", () => Promise.resolve(under.job));
  }
}

const isUnderWay = (one: { readonly kind: string }): one is FetchJob => one.kind === "send" && (one as FetchJob).state === "running";

let held: Sending | undefined;
onSignedOut(() => (held = undefined)); // whoever signs in next finds nothing

export const sending = (): Sending => (held ??= new Sending(api));
