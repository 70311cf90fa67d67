# Two images: the registry, which is built where no target is named, and with `--target console` the console. Neither needs a
# shell. The registry writes nothing but /data, /key-ring and its log, the console nothing but its log.

# A tag moves, a digest does not. To build from exactly what was tried, give the images with their digests, which the registry tells:
#   docker buildx imagetools inspect mcr.microsoft.com/dotnet/sdk:10.0 --format '{{.Manifest.Digest}}'
#   docker build --build-arg SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0@sha256:… --build-arg RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0@sha256:… .
# No digest stands here: a wrong or old one is worse than a tag that gets security updates.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0

FROM ${SDK_IMAGE} AS build
WORKDIR /source

# Packages are restored again only when what names them changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/ConsentRegistry.Domain/ConsentRegistry.Domain.csproj src/ConsentRegistry.Domain/packages.lock.json src/ConsentRegistry.Domain/
COPY src/ConsentRegistry.Cryptography/ConsentRegistry.Cryptography.csproj src/ConsentRegistry.Cryptography/packages.lock.json src/ConsentRegistry.Cryptography/
COPY src/ConsentRegistry.Api/ConsentRegistry.Api.csproj src/ConsentRegistry.Api/packages.lock.json src/ConsentRegistry.Api/
RUN dotnet restore src/ConsentRegistry.Api --locked-mode

COPY .editorconfig ./
COPY src/ConsentRegistry.Domain/ src/ConsentRegistry.Domain/
COPY src/ConsentRegistry.Cryptography/ src/ConsentRegistry.Cryptography/
COPY src/ConsentRegistry.Api/ src/ConsentRegistry.Api/
RUN dotnet publish src/ConsentRegistry.Api -c Release --no-restore -p:UseAppHost=false -o /app

FROM ${SDK_IMAGE} AS build-console
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props ./
# Which packages these projects need depends on their other files, too.
COPY .editorconfig ./
COPY src/Package.props src/Version.props src/
COPY src/ConsentRegistry.Client/ src/ConsentRegistry.Client/
COPY src/ConsentRegistry.Console/ src/ConsentRegistry.Console/
RUN dotnet restore src/ConsentRegistry.Console --locked-mode
RUN dotnet publish src/ConsentRegistry.Console -c Release --no-restore -p:UseAppHost=false -o /app

FROM ${RUNTIME_IMAGE} AS console
WORKDIR /app
COPY --from=build-console /app ./
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "ConsentRegistry.Console.dll"]

FROM ${RUNTIME_IMAGE} AS registry
WORKDIR /app
COPY --from=build /app ./

# The host's own default is the loopback interface, where nobody outside the container reaches it.
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080

# What the service writes: the checkpoint that it signed last.
ENV CONSENT_DATA=/data
RUN mkdir --mode=700 /data && chown $APP_UID /data
VOLUME /data

# The keys that encrypt secrets of webhooks in the database. Every node and `migrate` share them.
ENV DataProtection__KeyRing=/key-ring
RUN mkdir --mode=700 /key-ring && chown $APP_UID /key-ring
VOLUME /key-ring

# A user of the base image without rights, named by its number so that an orchestrator can see that it is not root.
USER $APP_UID

# No HEALTHCHECK: the base image has no HTTP client, and orchestrators ask /health/live and /health/ready themselves.
ENTRYPOINT ["dotnet", "ConsentRegistry.Api.dll"]
