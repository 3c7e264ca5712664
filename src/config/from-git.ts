/** In place of a version, or of a changelog's file: the history of the app's git repository tells it. */
export const fromGit = 'git';
