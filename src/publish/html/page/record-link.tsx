// A link to the public record of a vulnerability, for ids whose address is certain. The page itself never fetches it.

/** The link; nothing for other ids. */
export function RecordLink({ id }: { readonly id: string }) {
  const address = /^CVE-\d{4}-\d{4,}$/.test(id)
    ? `https://www.cve.org/CVERecord?id=${id}`
    : /^GHSA(-[23456789cfghjmpqrvwx]{4}){3}$/.test(id)
      ? `https://github.com/advisories/${id}`
      : undefined;
  if (address === undefined) return null;
  return (
    <a class="action" href={address} target="_blank" rel="noopener noreferrer">
      Public record
    </a>
  );
}
