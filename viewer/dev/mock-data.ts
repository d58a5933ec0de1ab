/** A made-up archive for working on the pages: any number of patients, each computed from its number alone. */
import type { Counts, LedgerEntry, Patient, PersonName, Plane, Series, Study } from "../src/core/model.ts";

const FAMILY = "ROSSI BIANCHI FERRARI ESPOSITO RUSSO ROMANO COLOMBO RICCI MARINO GRECO BRUNO GALLO CONTI COSTA MÜLLER SCHMIDT O'BRIEN GARCÍA NGUYEN KOWALSKI DUBOIS JOHANSSON SILVA HANSEN PETROV DE^LUCA MANCINI GIORDANO RIZZO LOMBARDI MORETTI BARBIERI FONTANA SANTORO MARIANI RINALDI CARUSO FERRARA GALLI MARTINI LEONE LONGO GENTILE MARTINELLI VITALE".replace("^", " ").split(/ (?!LUCA)/);
const FEMALE = "Maria Anna Giulia Francesca Elena Chiara Sofia Lucia Ingrid Aoife Thị Magdalena".split(" ");
const MALE = "Mario Luca Giovanni Paolo Andrea Marco Hans Seán Văn Piotr Étienne Lars".split(" ");
const OTHERS: readonly PersonName[] = [
  { alphabetic: "Yamada^Tarou", ideographic: "山田^太郎", phonetic: "やまだ^たろう" },
  { alphabetic: "Hong^Gildong", ideographic: "洪^吉洞", phonetic: "홍^길동" },
  { alphabetic: "Люкceмбypг", ideographic: "", phonetic: "" },
  { alphabetic: "Διονυσιος", ideographic: "", phonetic: "" },
  { alphabetic: "WOLFESCHLEGELSTEINHAUSENBERGERDORFF^Hubert Blaine Adolph Charles David^^Prof. Dr.^Sr", ideographic: "", phonetic: "" },
];
interface Kind {
  readonly modality: string;
  readonly study: string;
  readonly part: string;
  readonly maker: readonly [string, string];
  readonly series: readonly (readonly [string, Plane | null, number, number])[];
}
const KINDS: readonly Kind[] = [
  { modality: "CT", study: "TC torace con mdc", part: "CHEST", maker: ["SIEMENS", "SOMATOM Force"], series: [["Topogram", "coronal", 1, 1], ["Thorax 1.0 Br36", "axial", 312, 1], ["Lung 1.0 Bl57", "axial", 312, 1], ["MPR cor 3 mm", "coronal", 96, 3], ["Dose report", null, 1, 0]] },
  { modality: "CT", study: "CT Abdomen/Pelvis w/ contrast, portal venous and delayed phase", part: "ABDOMEN", maker: ["GE MEDICAL SYSTEMS", "Revolution CT"], series: [["SCOUT", "coronal", 2, 1], ["PORTAL 1.25mm", "axial", 428, 1.25], ["DELAYED 2.5mm", "axial", 214, 2.5], ["MIP sagittal", "sagittal", 60, 5]] },
  { modality: "MR", study: "RM encefalo", part: "BRAIN", maker: ["Philips Medical Systems", "Ingenia"], series: [["Survey", "oblique", 9, 10], ["T2W_TSE ax", "axial", 30, 4], ["FLAIR 3D", "sagittal", 180, 1], ["DWI b0 b1000 ADC", "axial", 90, 4], ["T1W_3D post Gd", "sagittal", 192, 0.9]] },
  { modality: "MR", study: "MRI knee left", part: "KNEE", maker: ["SIEMENS", "MAGNETOM Vida"], series: [["localizer", "oblique", 15, 6], ["pd_tse_fs_sag", "sagittal", 32, 3], ["pd_tse_fs_cor", "coronal", 30, 3], ["t1_tse_cor", "coronal", 30, 3]] },
  { modality: "CR", study: "Torace AP", part: "CHEST", maker: ["Agfa", "CR 30-X"], series: [["Torace AP", null, 1, 0]] },
  { modality: "US", study: "Ecografia addome", part: "ABDOMEN", maker: ["TOSHIBA_MEC_US", "Aplio 500"], series: [["Cine fegato", null, 1, 0], ["Still images", null, 14, 0]] },
  { modality: "MG", study: "Mammography screening", part: "BREAST", maker: ["HOLOGIC, Inc.", "Selenia Dimensions"], series: [["R CC", null, 1, 0], ["L CC", null, 1, 0], ["R MLO", null, 1, 0], ["L MLO", null, 1, 0]] },
];
const HOSPITALS = ["Ospedale San Raffaele", "AOU Careggi, Firenze", "Policlinico Gemelli", "St. Vincent's University Hospital", ""];
const NOBODY: PersonName = { alphabetic: "", ideographic: "", phonetic: "" };

/** A well-mixed number from `seed` and `salt`: the same each time. */
function mix(seed: number, salt: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(salt + 0x7f4a7c15, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}
const pick = <T>(list: readonly T[], seed: number, salt: number): T => list[mix(seed, salt) % list.length] as T;
const pad = (value: number, width: number): string => String(value).padStart(width, "0");
const day = (seed: number, salt: number, from: number, years: number): string =>
  pad(from + (mix(seed, salt) % years), 4) + pad(1 + (mix(seed, salt + 1) % 12), 2) + pad(1 + (mix(seed, salt + 2) % 28), 2);
const hex = (level: number, number: number): string => pad(level, 2) + mix(number, 77).toString(16).padStart(8, "0") + number.toString(16).padStart(22, "0");
/** The number that `hex` put into an id. */
export const numberOf = (id: string): number => Number.parseInt(id.slice(10), 16);

function personName(n: number, female: boolean): PersonName {
  if (mix(n, 1) % 97 === 0) return pick(OTHERS, n, 2);
  const given = pick(female ? FEMALE : MALE, n, 4) + (mix(n, 14) % 3 === 0 ? ` ${pick(female ? FEMALE : MALE, n, 15)}` : "");
  return { alphabetic: `${pick(FAMILY, n, 3)}^${given}`, ideographic: "", phonetic: "" };
}

const studyCount = (n: number): number => (mix(n, 9) % 11 === 0 ? 12 + (mix(n, 10) % 30) : 1 + (mix(n, 10) % 4));
/** Studies are numbered through: patient n has n*64 … n*64+63. */
const studiesOf = (n: number): number[] => Array.from({ length: studyCount(n) }, (_, k) => n * 64 + k);
const kindOf = (s: number): Kind => pick(KINDS, s, 20);
const studyDate = (s: number): string => day(s, 21, 2009, 17);

function seriesCounts(frames: number, kind: Kind, cine: boolean): Counts {
  const shown = cine ? 84 : frames;
  const each = kind.modality === "CT" ? 526_000 : kind.modality === "MG" ? 26_400_000 : kind.modality === "CR" ? 8_400_000 : 210_000;
  return { studies: 0, series: 0, instances: frames, frames: shown, bytes: shown * each };
}
const sum = (all: readonly Counts[], own: Partial<Counts>): Counts => ({
  studies: 0,
  series: all.length,
  instances: all.reduce((total, one) => total + one.instances, 0),
  frames: all.reduce((total, one) => total + one.frames, 0),
  bytes: all.reduce((total, one) => total + one.bytes, 0),
  ...own,
});
const countsOfStudy = (s: number): Counts =>
  sum(kindOf(s).series.map(([name, , frames]) => seriesCounts(frames, kindOf(s), name.startsWith("Cine"))), {});

export function makePatient(n: number): Patient {
  const anonymous = mix(n, 5) % 41 === 0;
  const female = mix(n, 6) % 2 === 0;
  const studies = studiesOf(n);
  const counts = studies.map(countsOfStudy);
  const total = sum(counts, { studies: studies.length });
  return {
    id: hex(1, n),
    name: anonymous ? NOBODY : personName(n, female),
    patient_id: anonymous ? "" : pad(mix(n, 7) % 10_000_000, 7),
    issuer_of_patient_id: mix(n, 8) % 3 === 0 ? "OSR" : "",
    birth_date: anonymous && mix(n, 8) % 2 === 0 ? "" : day(n, 11, 1931, 85),
    sex: mix(n, 12) % 29 === 0 ? "" : mix(n, 12) % 31 === 0 ? "O" : female ? "F" : "M",
    anonymous,
    reason: anonymous ? "no_patient_id" : "same_identifiers",
    counts: { ...total, series: counts.reduce((all, one) => all + one.series, 0) },
    modalities: [...new Set(studies.map((s) => kindOf(s).modality))].sort(),
    last_study_date: studies.map(studyDate).sort().at(-1) ?? "",
    state: mix(n, 13) % 53 === 0 ? "offline" : mix(n, 13) % 211 === 0 ? "missing" : "online",
    also: [],
    note: "",
    labels: [],
    charset_guessed: "",
  };
}

export function makeStudy(s: number): Study {
  const patient = makePatient(Math.floor(s / 64));
  const kind = kindOf(s);
  return {
    id: hex(2, s),
    patient,
    study_instance_uid: `1.2.826.0.1.3680043.10.1561.${s}`,
    study_id: String(mix(s, 22) % 9999),
    date: studyDate(s),
    time: `${pad(7 + (mix(s, 23) % 12), 2)}${pad(mix(s, 24) % 60, 2)}12.5`,
    description: kind.study,
    accession_number: mix(s, 25) % 6 === 0 ? "" : `A${pad(mix(s, 25) % 100_000_000, 8)}`,
    institution_name: pick(HOSPITALS, s, 26),
    referring_physician_name: mix(s, 27) % 3 === 0 ? NOBODY : personName(s + 5, mix(s, 28) % 2 === 0),
    performing_physician_name: NOBODY,
    manufacturer: kind.maker[0],
    manufacturer_model_name: kind.maker[1],
    station_name: "CT01",
    patient_age: "",
    modalities: [kind.modality],
    counts: countsOfStudy(s),
    state: patient.state,
    note: "",
    labels: [],
    charset_guessed: "",
  };
}

/** Series k of study s is numbered s*16+k. */
export function makeSeries(number: number): Series {
  const s = Math.floor(number / 16);
  const k = number % 16;
  const study = makeStudy(s);
  const kind = kindOf(s);
  const [description, plane, frames, thickness] = kind.series[k] ?? ["", null, 1, 0];
  const derived = /MPR|MIP|report|ADC/.test(description);
  const volume = plane !== null;
  return {
    id: hex(3, number),
    study,
    series_instance_uid: `1.2.826.0.1.3680043.10.1561.${s}.${k + 1}`,
    modality: description === "Dose report" ? "SR" : kind.modality,
    number: (k + 1) * (kind.modality === "MR" ? 100 : 1),
    description,
    date: study.date,
    time: study.time,
    protocol_name: kind.study,
    body_part_examined: kind.part,
    laterality: kind.part === "KNEE" ? "L" : "",
    patient_position: volume ? "HFS" : "",
    performing_physician_name: NOBODY,
    performed_procedure_step_start_date: "",
    performed_procedure_step_start_time: "",
    manufacturer: study.manufacturer,
    manufacturer_model_name: study.manufacturer_model_name,
    station_name: study.station_name,
    frame_of_reference_uid: volume ? `1.2.826.0.1.3680043.10.1561.${s}.99` : "",
    rows: 512,
    columns: 512,
    pixel_spacing: volume ? [0.703125, 0.703125] : [],
    slice_thickness: thickness === 0 ? null : thickness,
    spacing_between_slices: thickness === 0 ? null : thickness,
    plane,
    image_type: derived ? ["DERIVED", "SECONDARY", "MPR"] : ["ORIGINAL", "PRIMARY", volume ? "AXIAL" : "OTHER"],
    original: !derived,
    reformatted: description.startsWith("M"),
    conflicts: 0,
    sop_class_uid: "1.2.840.10008.5.1.4.1.1.2",
    transfer_syntax_uid: "1.2.840.10008.1.2.1",
    counts: seriesCounts(frames, kind, description.startsWith("Cine")),
    state: study.state,
    note: "",
    labels: [],
    charset_guessed: "",
  };
}

export const studiesOfPatient = (id: string): Study[] =>
  studiesOf(numberOf(id))
    .map(makeStudy)
    .sort((a, b) => (a.date < b.date ? 1 : -1));
export const seriesOfStudy = (id: string): Series[] => {
  const s = numberOf(id);
  return kindOf(s).series.map((_, k) => makeSeries(s * 16 + k));
};

/** A picture of nothing in particular, different for each series. */
export function makeThumbnail(id: string): string {
  const n = numberOf(id);
  const [rx, ry, grey] = [26 + (mix(n, 1) % 14), 26 + (mix(n, 2) % 14), 70 + (mix(n, 3) % 90)];
  const shade = `rgb(${grey},${grey},${grey})`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="#000"/>` +
    `<ellipse cx="48" cy="48" rx="${rx}" ry="${ry}" fill="${shade}"/><ellipse cx="38" cy="46" rx="9" ry="14" fill="#161616"/>` +
    `<ellipse cx="58" cy="46" rx="9" ry="14" fill="#161616"/><circle cx="48" cy="${52 + (mix(n, 4) % 14)}" r="5" fill="#eee"/></svg>`
  );
}

const LEFT_OUT: readonly (readonly [LedgerEntry["outcome"], LedgerEntry["reason"], string])[] = [
  ["not_dicom", "no_dicom", "Referto.pdf"],
  ["not_dicom", "dicomdir", "DICOMDIR"],
  ["unreadable", "permission_denied", "IM000047"],
  ["unreadable", "truncated", "IM000112.dcm"],
  ["no_identity", "no_sop_instance_uid", "IM000003"],
  ["duplicate", "same_instance", "copia di IM000001"],
  ["not_dicom", "empty_file", "vuoto.dcm"],
  ["conflict", "other_content", "IM000009"],
  ["moved", "moved_from", "IM000010"],
  ["changed", "content_changed", "IM000011"],
];

/** Path `n` of an import: mostly added, some of everything else. */
export function makeLedgerEntry(n: number): LedgerEntry {
  const special = n % 23 === 0 ? LEFT_OUT[(n / 23) % LEFT_OUT.length] : undefined;
  const folder = `/mnt/nas/radiologia/2024/studio ${Math.floor(n / 400)}`;
  if (special === undefined) return { path: `${folder}/IM${pad(n, 6)}`, outcome: "added", reason: "new_instance", detail: "", size: 526_312 };
  const [outcome, reason, name] = special;
  return { path: `${folder}/${name}`, outcome, reason, detail: outcome === "moved" ? "/mnt/nas/vecchio/IM000010" : "", size: n * 97 };
}
