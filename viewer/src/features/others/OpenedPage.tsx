import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Series } from "../../core/model.ts";
import { canLieOver, imagesOf, isSerious, type OtherImage, type Others, sizeOf } from "../../core/others.ts";
import { routePath } from "../../core/routes.ts";
import { address } from "../../core/place.ts";
import * as api from "../../io/api.ts";
import { Icon, openMenu } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { ConvertDialog, type Form, FORMS, NAMES } from "./ConvertDialog.tsx";
import { refused, said } from "./said.ts";

const LOOK_MS = 400;
const MOST_LOOKS = 50;

/** The files of a session: what each of them says of itself, what it leaves open, and the way into the viewer. */
export function OpenedPage() {
  const others = useSignal<Others | undefined>(undefined);
  const series = useSignal<ReadonlyMap<string, Series>>(new Map());
  const problem = useSignal("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let looks = 0;
    const look = async (): Promise<void> => {
      const found = await api.allSeries();
      looks += 1;
      const all = new Map(found.map((one) => [one.series_instance_uid, one]));
      const coming = (others.value?.images ?? []).filter((image) => image.series_uid !== "" && (all.get(image.series_uid)?.counts.instances ?? 0) < imagesOf(image));
      // they are still being taken in; what is not whole after long is shown as it is
      if (coming.length > 0) timer = setTimeout(() => void look().catch(failed), LOOK_MS);
      if (looks < MOST_LOOKS) for (const image of coming) all.delete(image.series_uid);
      series.value = all;
    };
    const failed = (error: unknown): void => {
      problem.value = said(error);
    };
    api.openedOthers().then((found) => {
      others.value = found;
      return look();
    }).catch(failed);
    return () => {
      clearTimeout(timer);
    };
  }, [others, series, problem]);

  return (
    <main class="page others-page">
      <header class="page-head">
        <h1>{t("others.opened")}</h1>
        <p class="quiet">
          <a href={routePath({ page: "archive" })}>{t("others.list")}</a> · <a href="/others">{t("others.another")}</a>
        </p>
      </header>
      <div class="others-body">
        <p class="form-problem" role="alert">
          {problem.value}
        </p>
        <ul class="others-images">
          {others.value?.images.map((image, index) => <Image key={`${image.name} ${index}`} image={image} series={series.value.get(image.series_uid)} all={[...series.value.values()]} />)}
        </ul>
        <Failures others={others.value} />
      </div>
    </main>
  );
}

/** The browser plays it, or says by itself that it does not know what is in it: in no words, so there are ours. */
function Video({ number }: { readonly number: number }) {
  const trouble = useSignal(false);
  return (
    <>
      <video class="others-video" controls preload="metadata" src={address(`/api/others/videos/${number}`)} onError={() => (trouble.value = true)} />
      <p class="form-problem" role="alert">
        {trouble.value ? t("others.noVideo") : ""}
      </p>
    </>
  );
}

interface ImageProps {
  readonly image: OtherImage;
  readonly series: Series | undefined;
  readonly all: readonly Series[];
}

function Image({ image, series, all }: ImageProps) {
  const href = image.video !== null ? undefined : image.series_uid === "" ? routePath({ page: "archive" }) : series === undefined ? undefined : routePath({ page: "series", id: series.id });
  return (
    <li class="others-image">
      {image.video !== null ? null : <span class="others-picture">{series === undefined ? null : <img src={api.thumbnailUrl(series.id)} alt="" loading="lazy" />}</span>}
      <div class="others-told">
        <h2>
          <bdi>{image.name}</bdi> <span class="quiet">{image.format}</span>
        </h2>
        {image.video !== null ? <Video number={image.video} /> : image.shape.length === 0 ? <p class="quiet">{t("others.dicom")}</p> : <Facts image={image} />}
        {image.remarks.map((remark) => (
          <p key={remark} class={isSerious(remark) ? "others-remark serious" : "others-remark"}>
            <Icon name={isSerious(remark) ? "warning" : "info"} />
            <span>{t(`remark.${remark}`)}</span>
          </p>
        ))}
      </div>
      <div class="others-ways">
        {href === undefined ? null : (
          <a class="button primary" href={href}>
            {t("others.view")}
          </a>
        )}
        {series === undefined || image.series_uid === "" ? null : <SaveMenu series={series} />}
        {series === undefined || !canLieOver(image) ? null : <OverMenu series={series} below={all.filter(({ id, rows }) => id !== series.id && rows !== null)} />}
      </div>
    </li>
  );
}

/** The image as a file of another kind; it goes into the downloads of the browser. */
function SaveMenu({ series }: { readonly series: Series }) {
  const form = useSignal<Form | undefined>(undefined);
  return (
    <>
      <button
        type="button"
        class="button"
        aria-haspopup="menu"
        onClick={(event) => {
          const items = FORMS.map((one) => ({ label: NAMES[one], run: () => { form.value = one; } }));
          openMenu(t("others.save"), items, event.currentTarget);
        }}
      >
        {t("others.save")} <Icon name="chevron" size={12} />
      </button>
      {form.value === undefined ? null : <ConvertDialog series={series} form={form.value} onClose={() => (form.value = undefined)} />}
    </>
  );
}

/** The images that this one may be laid over; the viewer says so where it cannot. */
function OverMenu({ series, below }: { readonly series: Series; readonly below: readonly Series[] }) {
  if (below.length === 0) return null;
  return (
    <button
      type="button"
      class="button"
      aria-haspopup="menu"
      title={t("others.overHint")}
      onClick={(event) => {
        const go = (id: string) => () => {
          location.assign(`${routePath({ page: "series", id })}#over=${series.id}`);
        };
        openMenu(t("others.over"), below.map((one) => ({ label: one.description, run: go(one.id) })), event.currentTarget);
      }}
    >
      {t("others.over")} <Icon name="chevron" size={12} />
    </button>
  );
}

function Facts({ image }: { readonly image: OtherImage }) {
  const number = fmt().number;
  const unknown = t("others.unknown");
  const facts = [
    [t("others.size"), sizeOf(image.shape)],
    [t("others.voxel"), image.spacing.length === 0 ? unknown : `${image.spacing.map((step) => number(step)).join(" × ")} mm`],
    [t("others.axes"), image.orientation === "" ? unknown : image.orientation],
    [t("others.transform"), t(`transform.${image.transform}`)],
    [t("others.values"), image.labels ? `${image.values}, ${t("others.labels")}` : image.values],
    [t("others.unit"), image.unit === "" ? t("others.unitUnknown") : image.unit],
  ] as const;
  return (
    <dl>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Failures({ others }: { readonly others: Others | undefined }) {
  if (others === undefined || others.failures.length === 0) return null;
  return (
    <section aria-labelledby="others-failures">
      <h2 id="others-failures">{t("others.failures")}</h2>
      <ul class="others-failures">
        {others.failures.map((failure, index) => (
          <li key={`${failure.name} ${index}`}>
            <Icon name="warning" />
            <bdi>{failure.name}</bdi>
            <span>{refused(failure.code, failure.detail, failure.message)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
