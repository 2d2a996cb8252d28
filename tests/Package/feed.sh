# For the scripts beside this file, which source it: a folder to work in, $work, with settings of NuGet that make the packed packages known to projects in
# it. $1 is a feed that tests/Package/pack made; without it one is made.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
feed=${1-}
if [ -z "$feed" ]; then
  feed=$work/feed
  "$root/tests/Package/pack" "$feed"
fi

# Out of reach of the repository's own settings. What the packages depend on is taken from where their own build has put it: no other feed is needed, unless
# the script has set only= before.
packages=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')
cat > "$work/nuget.config" <<XML
<configuration>
  <packageSources>
    ${only-<clear />}
    <add key="packed" value="$feed" />
  </packageSources>
  <config>
    <add key="globalPackagesFolder" value="packages" />
  </config>
  <fallbackPackageFolders>
    <add key="user" value="$packages" />
  </fallbackPackageFolders>
</configuration>
XML

# project FOLDER: a console project of the package, in a folder of $work.
project() {
  mkdir -p "$work/$1"
  cat > "$work/$1/$1.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="KernelGen" Version="0.0.0-test" />
  </ItemGroup>
</Project>
XML
}
