// The search field of a list. `/` reaches it from anywhere, Escape empties it.
interface FilterFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function FilterField({ label, placeholder, value, onChange }: FilterFieldProps) {
  return (
    <label class="search">
      <span class="unseen">{label}</span>
      <input
        type="search"
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return;
          event.preventDefault();
          event.stopPropagation();
          onChange('');
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
