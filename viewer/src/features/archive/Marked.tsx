import type { Piece } from "../../core/hits.ts";

/** A text with what was searched for marked in it. */
export const Marked = ({ pieces }: { readonly pieces: readonly Piece[] }) => (
  <>{pieces.map((piece, index) => (piece.found ? <mark key={index}>{piece.text}</mark> : piece.text))}</>
);
