/** The mark: a film looking out of its jacket. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M6.5 3.2h9.2l2.8 2.6v5H6.5z" class="mark-film" />
      <path d="M9 6.3h4.6M9 8.2h6.4" class="mark-line" />
      <path d="M3.5 9h5.2l1.7 2h10.1v8a1.8 1.8 0 0 1-1.8 1.8H5.3A1.8 1.8 0 0 1 3.5 19z" class="mark-jacket" />
    </svg>
  );
}
