# The host as an image. It needs no shell, and writes nothing but /data and its log, which goes to the console.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# Packages are restored again only when what names them changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/ConsentRegistry.Domain/ConsentRegistry.Domain.csproj src/ConsentRegistry.Domain/
COPY src/ConsentRegistry.Api/ConsentRegistry.Api.csproj src/ConsentRegistry.Api/
RUN dotnet restore src/ConsentRegistry.Api

COPY .editorconfig ./
COPY src/ConsentRegistry.Domain/ src/ConsentRegistry.Domain/
COPY src/ConsentRegistry.Api/ src/ConsentRegistry.Api/
RUN dotnet publish src/ConsentRegistry.Api -c Release --no-restore -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
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
