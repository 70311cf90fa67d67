using System.Diagnostics.Metrics;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Cryptography;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;

namespace ConsentRegistry.Api.Startup;

/// <summary>The log of decisions of a host: where it is written to, and the key of its pseudonyms.</summary>
internal static class DecisionLogServices
{
    private const long Megabyte = 1 << 20;

    public static void AddDecisionLog(this IServiceCollection services, RegistryOptions options) =>
        services.AddSingleton(provider =>
        {
            var log = options.DecisionLog;
            var configuration = provider.GetRequiredService<IConfiguration>();
            return new DecisionLog(
                log,
                log is { IsOn: true, HidesIds: true } ? PseudonymsOf(options) : null,
                log.IsOn ? listener => TargetOf(options, configuration, listener) : null,
                provider.GetRequiredService<IMeterFactory>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<DecisionLog>>()
            );
        });

    private static Logger TargetOf(
        RegistryOptions options,
        IConfiguration configuration,
        ILoggingFailureListener listener
    )
    {
        var log = options.DecisionLog;
        Action<LoggerSinkConfiguration> target;
        if (log.To == DecisionLogOptions.ToFile)
        {
            var path = Path.GetFullPath(log.File ?? Path.Combine(options.DataFolder, "decisions.ndjson"));
            RequireWritable(path);
            target = to =>
                to.File(
                    new DecisionLines(),
                    path,
                    fileSizeLimitBytes: log.FileMegabytes * Megabyte,
                    rollOnFileSizeLimit: true,
                    retainedFileCountLimit: log.Files
                );
        }
        else
        {
            target = to => to.Collector(configuration);
        }
        return new LoggerConfiguration().WriteTo.Fallible(target, listener).CreateLogger();
    }

    // The sink itself would find out with the first decision, and tell nobody who could still mend it.
    private static void RequireWritable(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The log of decisions, DecisionLog:File '{path}', cannot be written: {e.Message}"
            );
        }
    }

    private static DecisionPseudonyms PseudonymsOf(RegistryOptions options) =>
        SecretKeys
            .Read<DecisionPseudonyms>(
                options.DecisionLogKeys,
                options.IsDevelopment ? Path.Combine(options.DataFolder, "decision-log.key") : null,
                text => DecisionPseudonyms.Read(text) is { } pseudonyms ? [pseudonyms] : null
            )
            .Single();
}
