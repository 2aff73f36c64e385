// What the methods of the API client take and give besides objects: the query parameters of the Kubernetes API that this program uses.

/** What a client may be told besides whom to ask. */
export interface ApiClientOptions {
  /** Milliseconds for one answer; 30 s unless given. */
  readonly timeoutMs?: number;
  /** Repetitions of a read that failed for a cause that passes; 3 unless given. */
  readonly retries?: number;
  /** Ends every request of this client. */
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

/** Which objects of a collection. */
export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page; 500 unless given. */
  readonly limit?: number;
  /** `0`: as old as the server's cache may be. Absent: the latest. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

/** How a change is made. */
export interface WriteOptions {
  /** The server checks everything and keeps nothing. */
  readonly dryRun?: boolean;
  /** Who owns the fields that are set; `plimsoll` unless given. */
  readonly fieldManager?: string;
  /** Fields that the server does not know are refused, not dropped (`fieldValidation`). Servers before 1.25 drop them all the same. */
  readonly strict?: boolean;
}

/** What must hold for an object to be deleted, and what becomes of its dependents. */
export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/** From where on changes are wanted. */
export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** State that a list gave. Servers of 1.34 refuse to begin elsewhere when their etcd is older than 3.4.25. */
  readonly resourceVersion: string;
  /** Seconds after which the server ends the stream; 240 unless given. */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/** Answer to a raw path: whatever status it has. `/readyz?verbose` answers 500 with the names of what is not ready. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}
