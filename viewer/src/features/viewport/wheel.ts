/** A notch of a wheel is one image, whatever it reports; the small steps of a touch pad are gathered to one. */
const GATHER = 40;
const NOTCH = 50;

export interface Rolled {
  step(images: number): void;
  zoomBy(factor: number): void;
}

export function wheelSteps(what: Rolled): (event: WheelEvent) => void {
  let gathered = 0;
  return (event) => {
    event.preventDefault();
    // browsers report a pinch on a touch pad as a wheel with Control
    if (event.ctrlKey) {
      what.zoomBy(Math.exp(-event.deltaY / 200));
      return;
    }
    if (event.deltaMode !== WheelEvent.DOM_DELTA_PIXEL || Math.abs(event.deltaY) >= NOTCH) {
      gathered = 0;
      what.step(Math.sign(event.deltaY));
      return;
    }
    gathered += event.deltaY / GATHER;
    const whole = Math.trunc(gathered);
    gathered -= whole;
    if (whole !== 0) what.step(whole);
  };
}
