/** What becomes of a code that the desk gives for one day (R39). That its day is over has no event: nobody is there to see it. */
export type DeskCodeEvent =
  | (About & {
      readonly type: 'desk-code.given';
      readonly by: string;
      readonly reason: string;
      /** How was established who asked, as the operator calls it. */
      readonly method: string;
      readonly level: number;
      readonly until: number;
    })
  | (About & { readonly type: 'desk-code.used'; readonly app: string; readonly source: string })
  | (About & {
      readonly type: 'desk-code.ended';
      readonly by: string;
      readonly because: 'replaced' | 'by-operator';
    });

interface About {
  readonly person: string;
  readonly name: string;
  readonly factor: string;
}
