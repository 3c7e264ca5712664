/** The archive sections of Debian (Policy 2.4). */
export const sections =
  `admin cli-mono comm database debug devel doc editors education electronics embedded fonts games
  gnome gnu-r gnustep golang graphics hamradio haskell httpd interpreters introspection java javascript kde kernel libdevel
  libs lisp localization mail math metapackages misc net news ocaml oldlibs otherosfs perl php python ruby rust science
  shells sound tasks tex text utils vcs video virtual web x11 xfce zope`
    .trim()
    .split(/\s+/);
