using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>Keys come from a file, from the configuration itself, or from a command.</summary>
public sealed class KeySourceTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly string folder = Directory.CreateTempSubdirectory("consent-keys-").FullName;

    private string KeyFile => Path.Combine(folder, "keys");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Nothing_is_no_source()
    {
        Assert.Null(KeySource.From("Log", new LogSettings()));
        Assert.Empty(SecretKeys.Read(null, null, IntegrityKey.ReadAll));
    }

    [Fact]
    public void Each_source_gives_the_same_keys()
    {
        File.WriteAllText(KeyFile, $"{Secret}\n");
        KeySettings[] all =
        [
            new IntegritySettings { KeyFile = KeyFile },
            new IntegritySettings { Keys = Secret },
            new IntegritySettings { KeyCommand = $"cat '{KeyFile}' | cat" },
        ];
        var expected = IntegrityKey.ReadAll(Secret)!.Single().Kid;
        foreach (var settings in all)
            Assert.Equal(
                expected,
                SecretKeys.Read(KeySource.From("Integrity", settings), null, IntegrityKey.ReadAll).Single().Kid
            );
    }

    [Fact]
    public void Keys_of_the_log_come_from_a_command_too()
    {
        LogKeys.ReadOrCreate(KeyFile, Exports.Ed25519);
        var source = KeySource.From("Log", new LogSettings { KeyCommand = $"cat '{KeyFile}'" })!;
        Assert.Equal(
            LogKeys.Read(KeyFile, Exports.Ed25519).ToJson(includePrivate: true),
            LogKeys.Read(source, Exports.Ed25519).ToJson(includePrivate: true)
        );
    }

    [Fact]
    public void A_command_is_run_once()
    {
        var source = KeySource.From(
            "Integrity",
            new IntegritySettings { KeyCommand = $"echo run >> '{KeyFile}'; echo {Secret}" }
        )!;
        Assert.Equal(source.Bytes, source.Bytes);
        Assert.Single(File.ReadAllLines(KeyFile));
    }

    [Fact]
    public void Only_one_source_is_given()
    {
        var refusal = Assert.Throws<StartupException>(() =>
            KeySource.From("Log", new LogSettings { Keys = Secret, KeyCommand = "true" })
        );
        Assert.Equal("Only one of Log:Keys and Log:KeyCommand may be given.", refusal.Message);
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "exit 3", "Integrity:KeyCommand ended with exit code 3." },
            { $"echo {Secret}; exit 1", "Integrity:KeyCommand ended with exit code 1." },
            { "no-such-program-of-ours 2>/dev/null", "Integrity:KeyCommand ended with exit code 127." },
            { "kill -9 $$", "Integrity:KeyCommand ended with exit code 137." },
            { "head -c 1048577 /dev/zero", "Integrity:KeyCommand holds more than 1048576 bytes." },
            { "yes", "Integrity:KeyCommand holds more than 1048576 bytes." },
            { "true", "Integrity:KeyCommand holds no key; " },
            { "echo 0123", "Integrity:KeyCommand holds no key; " },
            // It gets no input to wait for.
            { "cat", "Integrity:KeyCommand holds no key; " },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_command_that_gives_no_keys_is_refused_and_its_output_is_not_told(string command, string expected)
    {
        var source = KeySource.From("Integrity", new IntegritySettings { KeyCommand = command })!;
        var refusal = Assert.Throws<StartupException>(() => SecretKeys.Read(source, null, IntegrityKey.ReadAll));
        Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret[..8], refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_named()
    {
        KeySource Source() => KeySource.From("Integrity", new IntegritySettings { KeyFile = KeyFile })!;
        Assert.StartsWith(
            $"Integrity:KeyFile '{KeyFile}' cannot be read: ",
            Assert.Throws<StartupException>(() => Source().Bytes).Message,
            StringComparison.Ordinal
        );
        File.WriteAllBytes(KeyFile, new byte[KeySource.MaxBytes + 1]);
        Assert.Equal(
            $"Integrity:KeyFile '{KeyFile}' holds more than 1048576 bytes.",
            Assert.Throws<StartupException>(() => Source().Bytes).Message
        );
        File.WriteAllText(KeyFile, "nothing", Encoding.UTF8);
        Assert.StartsWith(
            $"Integrity:KeyFile '{KeyFile}' holds no key; ",
            Assert.Throws<StartupException>(() => SecretKeys.Read(Source(), null, IntegrityKey.ReadAll)).Message,
            StringComparison.Ordinal
        );
    }

    [Trait("Run", "Full")]
    [Fact]
    public void A_command_that_hangs_is_ended()
    {
        var source = KeySource.From("Integrity", new IntegritySettings { KeyCommand = "sleep 120 & sleep 120" })!;
        Assert.Equal(
            "Integrity:KeyCommand did not end within 30 seconds.",
            Assert.Throws<StartupException>(() => source.Bytes).Message
        );
    }
}
