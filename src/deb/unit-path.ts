/** Where systemd looks for a package's units (systemd.unit(5)). */
export const unitPath = /^\/(?:usr\/lib|lib|etc)\/systemd\/(?:system|user)\/[^/]+\.[a-z]+$/;
