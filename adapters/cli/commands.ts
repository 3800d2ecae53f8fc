import type { AddCommand } from './action.js';
import { appraiseCommand } from './commands/appraise.js';
import { baseImageCommand } from './commands/base-image.js';
import { bootLogCommand } from './commands/boot-log.js';

/** Every subcommand, in the order in which help lists them. */
export const COMMANDS: ReadonlyArray<AddCommand> = [baseImageCommand, appraiseCommand, bootLogCommand];
