/**
 * What is no image, in the place of one: reports, documents, curves, and what nobody can show. This index is the
 * feature's only public face; it is fetched when such a series is first opened.
 */
export { Contents, type ContentsProps } from "./Contents.tsx";
export { Unshown, type UnshownProps } from "./Unshown.tsx";
