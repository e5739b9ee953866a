# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared by the parts that deploy.sh sources
# The release build, and its copy in the data folder: building again does not disturb what runs.

build_program() {
  local folder=${LAMPPOST_BIN:-} product flags=(-c release --static-swift-stdlib)
  if [[ -z $folder ]]; then
    say "Building (the first time takes some minutes) …"
    # Swift's own library linked in: half the memory, and no toolchain needed where it runs.
    for product in lamppost lamppost-intake; do
      swift build "${flags[@]}" --product "$product" >"$data/log/build.log" 2>&1 ||
        { last_lines "$data/log/build.log"; die "the build failed; all of it is in $data/log/build.log."; }
    done
    folder=$(swift build "${flags[@]}" --show-bin-path)
  fi
  # Ours, not the service's: a server that is taken over must not put a program where an administrator runs it.
  own "$(id -un)" 755 "$data/bin"
  for product in lamppost lamppost-intake; do
    [[ -x $folder/$product ]] || die "there is no program $folder/$product."
    install_program "$folder/$product"
  done
  Client/build.sh "$data/public"
  chmod -R a+rX "$data/public"
  rm -rf "$data/migrations"
  cp -r "$checkout/Migrations" "$data/migrations"
  chmod -R a+rX "$data/migrations"
}

# By rename: a running program keeps the file it was started from.
install_program() {
  local target=$data/bin/${1##*/}
  cmp -s "$1" "$target" && return
  install -m 755 "$1" "$target.new"
  mv "$target.new" "$target"
}
