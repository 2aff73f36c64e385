// What functions of JMESPath are given.
import type { Json } from '../../../../platform/json.ts';

/** A function argument: a value, or an expression behind `&` that the function applies itself. */
export type Argument = { readonly value: Json } | { readonly apply: (to: Json) => Json };
