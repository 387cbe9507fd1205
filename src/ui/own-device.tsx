/** What she had filled in before a mistake; stays. */
export interface OwnDeviceSaid {
  readonly label?: string | undefined;
  readonly personal?: boolean | undefined;
}

/** The name that its owner gives a device. */
export function NameField({ label, first }: { label: string; first: string }) {
  return (
    <div class="utrecht-form-field sluis-field">
      <label class="utrecht-form-label" for="label">
        {label}
      </label>
      <input
        class="utrecht-textbox utrecht-textbox--html-input"
        id="label"
        name="label"
        type="text"
        autocomplete="off"
        maxlength={60}
        value={first}
        required
      />
    </div>
  );
}

const mistakeId = 'personal-mistake';

/** Her word that it is hers alone (R07). */
export function PersonalField({
  label,
  mistake,
  said,
}: {
  label: string;
  mistake: string | undefined;
  /** She had ticked it before another mistake. */
  said: boolean | undefined;
}) {
  return (
    <div class="sluis-field">
      {mistake === undefined ? null : (
        <p class="utrecht-form-field-error-message" id={mistakeId}>
          {mistake}
        </p>
      )}
      <p class="sluis-choice">
        <input
          type="checkbox"
          id="personal"
          name="personal"
          value="yes"
          required
          checked={said === true}
          autofocus={mistake !== undefined}
          aria-invalid={mistake === undefined ? undefined : 'true'}
          aria-describedby={mistake === undefined ? undefined : mistakeId}
        />
        <label for="personal">{label}</label>
      </p>
    </div>
  );
}
