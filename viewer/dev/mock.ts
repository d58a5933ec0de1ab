import type { IncomingMessage, ServerResponse } from "node:http";

import type { Connect, Plugin } from "vite";

import {
  type Found,
  type ImportSummary,
  type Job,
  type LedgerEntry,
  OUTCOMES,
  type Outcome,
  type Page,
  type Patient,
  type Progress,
  type ReasonCount,
  type Status,
} from "../src/core/model.ts";
import { makeLedgerEntry, makePatient, makeSeries, makeStudy, makeThumbnail, numberOf, seriesOfStudy, studiesOfPatient } from "./mock-data.ts";

/**
 * A stand-in for the server while one works on the pages: `npm run dev:mock`. Never part of the build.
 *
 * A cookie `mock=NAME` chooses what it plays: `empty`, `signed-out`, `broken`, `slow`, `demo`, `three`; without one it is an
 * archive of 100 000 patients.
 */
export function mockServer(): Plugin {
  const archives = new Map<string, MockArchive>();
  const handle: Connect.NextHandleFunction = (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://mock");
    if (!url.pathname.startsWith("/api/")) {
      next();
      return;
    }
    const scenario = /(?:^|;\s*)mock=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    const archive = archives.get(scenario) ?? new MockArchive(scenario);
    archives.set(scenario, archive);
    setTimeout(() => void archive.answer(url, request, response), scenario === "slow" ? 900 : 4);
  };
  return {
    name: "fileroom:mock",
    configureServer: (server) => void server.middlewares.use(handle),
    configurePreviewServer: (server) => void server.middlewares.use(handle),
  };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

type Answer = { json: unknown; status?: number } | { text: string; type: string } | "events";

class MockArchive {
  private readonly people: Patient[];
  private readonly removed = new Set<string>();
  private readonly past: ImportSummary[];
  private job: MockJob | undefined;
  private lastAnswer: { question: string; found: readonly Patient[] } = { question: "-", found: [] };
  private signedIn: boolean;

  constructor(private readonly scenario: string) {
    const size = scenario === "empty" ? 0 : scenario === "three" || scenario === "demo" ? 3 : 100_000;
    this.people = Array.from({ length: size }, (_, n) => makePatient(n + 1));
    this.past = size === 0 ? [] : Array.from({ length: 14 }, (_, n) => summary(14 - n, "done", 9000 + n * 1371));
    this.signedIn = scenario !== "signed-out";
  }

  async answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = request.method === "POST" ? ((await readJson(request)) as Record<string, unknown>) : {};
      const answer = this.route(request.method ?? "GET", url, body);
      if (answer === "events") this.job?.listen(response);
      else if ("text" in answer) send(response, 200, answer.type, answer.text);
      else send(response, answer.status ?? 200, "application/json", answer.json === undefined ? "" : JSON.stringify(answer.json));
    } catch (error) {
      const known = error instanceof Refusal ? error : new Refusal(500, "internal", String(error));
      const problem = { type: "about:blank", title: known.code, status: known.status, detail: known.message, code: known.code };
      send(response, known.status, "application/problem+json", JSON.stringify(problem));
    }
  }

  private route(method: string, url: URL, body: Record<string, unknown>): Answer {
    if (url.pathname === "/api/session" && method === "POST") {
      if (body["token"] !== "open-sesame") throw new Refusal(401, "unauthorized", "this token is used or wrong");
      this.signedIn = true;
      return { json: undefined, status: 204 };
    }
    if (!this.signedIn) throw new Refusal(401, "unauthorized", "not signed in");
    if (this.scenario === "broken") throw new Refusal(500, "catalog", "the catalog cannot be read: disk I/O error");
    const [, , what = "", id = "", third] = url.pathname.split("/").map(decodeURIComponent);
    const query = url.searchParams;
    switch (`${method} ${what}`) {
      case "GET status":
        return { json: this.status() };
      case "GET patients":
        return { json: this.patients(query) };
      case "GET studies":
        return { json: whole(studiesOfPatient(query.get("patient") ?? "").filter((study) => !this.removed.has(study.id))) };
      case "GET series":
        if (third === "thumbnail") return { text: makeThumbnail(id), type: "image/svg+xml" };
        return { json: whole(seriesOfStudy(query.get("study") ?? "").filter((series) => !this.removed.has(series.id))) };
      case "GET entries":
        return { json: entry(id) };
      case "POST remove":
        for (const one of body["ids"] as string[]) this.removed.add(one);
        return { json: { removed: { studies: 1, series: 3, instances: 420, frames: 420, bytes: 1 } } };
      case "POST restore":
        for (const one of body["ids"] as string[]) this.removed.delete(one);
        return { json: { restored: { studies: 1, series: 3, instances: 420, frames: 420, bytes: 1 } } };
      default:
        return this.importRoute(method, what, id, third, query, body);
    }
  }

  private importRoute(method: string, what: string, id: string, third: string | undefined, query: URLSearchParams, body: Record<string, unknown>): Answer {
    switch (`${method} ${what}`) {
      case "POST imports":
        return { json: { job: this.start(body["paths"] as string[]) }, status: 202 };
      case "GET imports":
        if (third === "ledger") return { json: ledger(query) };
        if (third === "reasons") return { json: reasons() };
        if (id !== "") return { json: this.past.find((one) => one.import === Number(id)) ?? missing() };
        return { json: page(this.past, query) };
      case "GET jobs":
        if (third === "events") return "events";
        return { json: this.job === undefined ? [] : [this.job.state()] };
      case "DELETE jobs":
        this.job?.cancel();
        return { json: undefined, status: 202 };
      case "GET places":
        return { json: PLACES };
      case "GET folder":
        return { json: folder(query.get("path") ?? "") };
      default:
        return missing();
    }
  }

  private status(): Status {
    const size = this.people.length;
    return {
      version: "0.1.0",
      archive_id: "c0ffee",
      folder: "/home/anna/.local/share/fileroom",
      catalog: "/home/anna/.local/share/fileroom/catalog.db",
      catalog_bytes: size * 5200,
      sealed: true,
      cipher: "SQLCipher 4.19.0",
      key_source: "keyring",
      key_place: "Secret Service keyring",
      schema_version: "0001",
      header_reader: "fast",
      outdated: false,
      patients: size,
      studies: size * 4,
      series: size * 15,
      instances: size * 1304,
      frames: size * 1304,
      bytes: size * 410_000_000,
      files: size * 1304,
      imports: this.past.length,
      revision: String(this.past.length),
      demo: this.scenario === "demo",
      max_patients: null,
    };
  }

  private patients(query: URLSearchParams): Found<Patient> {
    const words = fold(query.get("q") ?? "").split(/\s+/).filter(Boolean);
    const order = query.get("order") ?? "name";
    const question = `${order} ${words.join(" ")} ${this.removed.size}`;
    if (this.lastAnswer.question === question) return foundPage(this.lastAnswer.found, query);
    const field = order.replace(/^-/, "");
    const found = this.people.filter((one) => !this.removed.has(one.id) && words.every((word) => haystack(one).includes(word)));
    const keys = new Map(found.map((one) => [one, sortKey(one, field)]));
    const sign = order.startsWith("-") ? -1 : 1;
    found.sort((a, b) => sign * compare(keys.get(a) ?? "", keys.get(b) ?? ""));
    this.lastAnswer = { question, found };
    return foundPage(found, query);
  }

  private start(paths: string[]): string {
    const path = paths[0] ?? "";
    if (this.job?.running === true) throw new Refusal(409, "busy", "another import is running");
    if (path.includes("nowhere")) throw new Refusal(400, "bad_request", `there is no ${path}`);
    const id = (this.past[0]?.import ?? 0) + 1;
    this.job = new MockJob(id, paths, (ended) => this.past.unshift(ended));
    return this.job.name;
  }
}

/** An import that walks for a while, reads for a while and ends well unless cancelled. */
class MockJob {
  readonly name: string;
  running = true;
  private tick = 0;
  private outcome: ImportSummary | null = null;
  private readonly listeners = new Set<ServerResponse>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly id: number,
    private readonly roots: string[],
    private readonly onEnd: (summary: ImportSummary) => void,
  ) {
    this.name = `job${id}`;
    this.timer = setInterval(() => {
      this.tick += 1;
      if (this.tick > 160) this.end("done");
      else this.tell("progress", this.progress());
    }, 100);
  }

  state(): Job {
    const state = this.outcome === null ? "running" : this.outcome.state === "cancelled" ? "cancelled" : "done";
    return { job: this.name, kind: "import", automatic: false, state, progress: this.progress(), summary: this.outcome, message: "" };
  }

  cancel(): void {
    if (this.running) this.end("cancelled");
  }

  listen(response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    this.listeners.add(response);
    response.on("close", () => this.listeners.delete(response));
    this.tell("progress", this.progress());
    if (!this.running) this.tell("end", this.state());
  }

  private progress(): Progress {
    const total = 24_310;
    const walking = this.tick < 40;
    const done = walking ? Math.floor((this.tick / 40) * 2100) : 2100 + Math.floor(((this.tick - 40) / 120) * (total - 2100));
    return {
      phase: walking ? "walking" : this.tick > 155 ? "finishing" : "reading",
      seen: walking ? done * 6 : total,
      done,
      read: Math.floor(done * 0.93),
      total: walking ? null : total,
      files_per_second: 1610.4,
      seconds: this.tick / 10,
      seconds_left: walking ? null : (160 - this.tick) / 10,
      patients: Math.floor(done / 600),
      studies: Math.floor(done / 420),
      series: Math.floor(done / 120),
      instances: Math.floor(done * 0.9),
      problems: Math.floor(done / 2000),
      current: `/mnt/nas/radiologia/2024/studio ${Math.floor(done / 400)}`,
    };
  }

  private end(state: "done" | "cancelled"): void {
    clearInterval(this.timer);
    this.running = false;
    this.outcome = { ...summary(this.id, state, this.progress().done), roots: this.roots };
    this.onEnd(this.outcome);
    this.tell("end", this.state());
    for (const one of this.listeners) one.end();
  }

  private tell(event: string, data: unknown): void {
    for (const one of this.listeners) one.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

const PLACES = [
  { name: "anna", path: "/home/anna", kind: "home" },
  { name: "Desktop", path: "/home/anna/Desktop", kind: "desktop" },
  { name: "Documents", path: "/home/anna/Documents", kind: "documents" },
  { name: "Downloads", path: "/home/anna/Downloads", kind: "downloads" },
  { name: "nas", path: "/mnt/nas", kind: "drive" },
  { name: "DISC_0423", path: "/media/anna/DISC_0423", kind: "drive" },
  { name: "radiologia", path: "/mnt/nas/radiologia", kind: "recent" },
  { name: "/", path: "/", kind: "root" },
];
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  "/": ["home", "media", "mnt"],
  "/home": ["anna"],
  "/home/anna": ["Desktop", "Documents", "Downloads", "Immagini", "TAC di papà 2023"],
  "/mnt": ["nas"],
  "/mnt/nas": ["privato", "radiologia", "backup"],
  "/mnt/nas/radiologia": ["2019", "2020", "2021", "2022", "2023", "2024", "da ordinare"],
  "/mnt/nas/radiologia/2024": Array.from({ length: 60 }, (_, n) => `studio ${n}`),
};

function folder(path: string): unknown {
  const clean = path.replace(/(.)\/$/, "$1");
  const parent = clean === "/" ? null : clean.replace(/\/[^/]*$/, "") || "/";
  const problem = clean.endsWith("privato") ? "permission_denied" : clean.includes("nowhere") ? "not_found" : null;
  const names = problem === null ? (FOLDERS[clean] ?? []) : [];
  const folders = names.map((name) => ({ name, path: `${clean === "/" ? "" : clean}/${name}` }));
  return { path: clean, parent, folders, files: problem === null ? (clean.length * 37) % 400 : 0, problem };
}

function entry(id: string): unknown {
  const n = numberOf(id);
  if (id.startsWith("01")) return { level: "patient", entry: makePatient(n) };
  if (id.startsWith("02")) return { level: "study", entry: makeStudy(n) };
  if (id.startsWith("03")) return { level: "series", entry: makeSeries(n) };
  return missing();
}

function ledger(query: URLSearchParams): Page<LedgerEntry> {
  const all = Array.from({ length: 24_310 }, (_, n) => makeLedgerEntry(n));
  const outcome = query.get("outcome");
  return page(outcome === null ? all : all.filter((one) => one.outcome === outcome), query);
}

function reasons(): ReasonCount[] {
  const counts = new Map<string, ReasonCount>();
  for (const { outcome, reason } of ledger(new URLSearchParams({ limit: "1000" })).items) {
    const key = `${outcome} ${reason}`;
    counts.set(key, { outcome, reason, files: (counts.get(key)?.files ?? 0) + 1 });
  }
  return [...counts.values()];
}

function summary(id: number, state: ImportSummary["state"], files: number): ImportSummary {
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (let n = 0; n < files; n += 1) outcomes[makeLedgerEntry(n).outcome] += 1;
  const started = new Date(Date.UTC(2026, 1, id, 9, 30)).toISOString();
  const found = { patients: Math.floor(files / 600), studies: Math.floor(files / 420), series: Math.floor(files / 120) };
  return { import: id, kind: "import", state, files, ...outcomes, ...found, instances: outcomes.added, bytes: files * 520_000, seconds: files / 1610, roots: ["/mnt/nas/radiologia/2024"], started, ended: started, who: "page", message: "" };
}

function page<T>(all: readonly T[], query: URLSearchParams): Page<T> {
  const offset = Number(query.get("offset") ?? 0);
  const limit = Math.min(1000, Number(query.get("limit") ?? 200));
  return { items: all.slice(offset, offset + limit), total: all.length, offset };
}
const foundPage = <T>(all: readonly T[], query: URLSearchParams): Found<T> => ({ ...page(all, query), hits: [], instead: [], more: false });
const whole = <T>(all: readonly T[]): Found<T> => ({ items: all, total: all.length, offset: 0, hits: [], instead: [], more: false });
const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const haystacks = new WeakMap<Patient, string>();
function haystack(one: Patient): string {
  const known = haystacks.get(one);
  if (known !== undefined) return known;
  const text = fold(`${Object.values(one.name).join(" ")} ${one.patient_id} ${one.birth_date} ${one.modalities.join(" ")}`);
  haystacks.set(one, text);
  return text;
}
function sortKey(one: Patient, field: string): string | number {
  if (field === "name") return fold(one.name.alphabetic) || "\uffff";
  if (field === "studies" || field === "series" || field === "instances" || field === "bytes") return one.counts[field];
  if (field === "modalities") return one.modalities.join(" ");
  if (field === "birth_date" || field === "patient_id" || field === "sex" || field === "last_study_date") return one[field];
  throw new Refusal(400, "bad_request", `patients cannot be ordered by ${field}`);
}
const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

function missing(): never {
  throw new Refusal(404, "not_found", "there is no such thing");
}
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
  response.end(body);
}
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
