import type { OwnDeviceSaid } from '../ui/own-device.tsx';
import type { PostedForm } from './form-guard.ts';

/** What she had filled in of her device before another mistake: a set-up asks for nothing twice. */
export function said(form: PostedForm | undefined): OwnDeviceSaid {
  if (form === undefined) return {};
  return { label: form.field('label').trim().slice(0, 60), personal: form.field('personal') === 'yes' };
}
