/** What becomes of the program itself and of its configuration. */
export type ServerEvent =
  | { readonly type: 'server.started'; readonly version: string; readonly configuration: string }
  | { readonly type: 'server.stopped' }
  /** R04: level 1 is too little, and accepted all the same; at each start, and when a reload says so or gives another reason. */
  | { readonly type: 'level-1.accepted'; readonly reason: string }
  /** While it served; by path, in one text: `apps.post.level, realms.gemeente.theme.css`. */
  | { readonly type: 'configuration.changed'; readonly changed: string }
  /** Read again and refused; lines and paths in one text. All went on by the one of before. */
  | { readonly type: 'configuration.refused'; readonly mistakes: number; readonly places: string }
  /** One of several processes ended unasked; `how` is its exit code or the signal. */
  | { readonly type: 'worker.ended'; readonly worker: number; readonly how: string };
