# set_up_host: tells the programs of this host what the package has for them. It may run again and again.
set_up_host() {
<% if (setup.sysusers.length > 0) { -%>
    systemd-sysusers <%= setup.sysusers %>
<% } -%>
<% if (setup.tmpfiles.length > 0) { -%>
    systemd-tmpfiles --create <%= setup.tmpfiles %> || true
<% } -%>
<% if (setup.sysctl.length > 0) { -%>
    if [ -d /run/systemd/system ]; then /usr/lib/systemd/systemd-sysctl <%= setup.sysctl %> || true; fi
<% } -%>
<% if (setup.udev) { -%>
    if [ -d /run/systemd/system ] && [ -S /run/udev/control ]; then udevadm control --reload || true; fi
<% } -%>
<% for (const alternative of setup.alternatives) { -%>
    set -- <%= [alternative.link, alternative.name, alternative.path, alternative.priority] %>
<% for (const { link, name, path } of alternative.dependents) { -%>
    set -- "$@" --slave <%= [link, name, path] %>
<% } -%>
    update-alternatives --install "$@"
<% } -%>
<% for (const unit of setup.units.filter(({ enable }) => enable)) { -%>
    enable_unit <%= unit.name %>
<% } -%>
}
