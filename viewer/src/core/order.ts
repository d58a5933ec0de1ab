/** The order of a list, as the API writes it: a field, or `-field` for descending. */

export interface Order {
  readonly field: string;
  readonly descending: boolean;
}

export const parseOrder = (order: string): Order =>
  order.startsWith("-") ? { field: order.slice(1), descending: true } : { field: order, descending: false };

/** What a click on a column's head asks for: that column, and the other direction the second time. */
export function toggleOrder(order: string, field: string, descendingFirst = false): string {
  const now = parseOrder(order);
  if (now.field !== field) return descendingFirst ? `-${field}` : field;
  return now.descending ? field : `-${field}`;
}
