{
  description = "bayplan: a declarative GitOps manifest compiler";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forAll = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      cargoToml = builtins.fromTOML (builtins.readFile ./Cargo.toml);
      package = pkgs: pkgs.rustPlatform.buildRustPackage {
        pname = "bayplan";
        version = cargoToml.package.version;
        src = self;
        cargoLock.lockFile = ./Cargo.lock;
        nativeBuildInputs = [ pkgs.installShellFiles ];
        # The tests make repositories with git.
        nativeCheckInputs = [ pkgs.git ];
        postInstall = ''
          installShellCompletion --cmd bayplan \
            --bash <($out/bin/bayplan completions bash) \
            --fish <($out/bin/bayplan completions fish) \
            --zsh <($out/bin/bayplan completions zsh)
          $out/bin/bayplan man > bayplan.1
          installManPage bayplan.1
        '';
        meta = {
          description = cargoToml.package.description;
          license = pkgs.lib.licenses.asl20;
          mainProgram = "bayplan";
        };
      };
    in
    {
      packages = forAll (pkgs: { default = package pkgs; });

      devShells = forAll (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (package pkgs) ];
          packages = [ pkgs.rustc pkgs.cargo pkgs.clippy pkgs.rustfmt pkgs.rust-analyzer pkgs.cargo-deny pkgs.git ];
        };
      });

      checks = forAll (pkgs: {
        # Builds with the tests.
        package = package pkgs;
        # The fleet of this repository renders.
        fleet = pkgs.runCommand "bayplan-check-fleet" { nativeBuildInputs = [ (package pkgs) ]; } ''
          bayplan check -C ${self}
          touch $out
        '';
      });
    };
}
