<?php
/**
 * What the plugin costs a request: wall and processor time of its file and of each of its callbacks (the outermost counted), the statements,
 * requests and options they asked for, and the files that were loaded. One line of hooks.jsonl a request.
 *
 * Two headers, heard with the harness's token alone: `X-Site-Plugin: off` leaves the plugin out of this request; `X-Site-Meter: off` puts no
 * stop-watch around callbacks, so that the whole request can be compared with one without the plugin.
 */
final class Site_Meter {
	private static $begin;
	private static $hooks  = array();      // name => ms, cpu_ms.
	private static $asked  = array( 'queries' => array(), 'http' => array(), 'options' => array() );
	private static $late   = array();      // Statements of shutdown: the answer is out by then.
	private static $depth  = 0;
	private static $folder = '';
	private static $last;

	public static function start() {
		self::$begin = self::now();
		self::$last  = self::$begin;
		if ( 'off' === self::said( 'PLUGIN' ) ) {
			add_filter( 'option_active_plugins', function ( $all ) { return array_values( array_diff( (array) $all, array( 'vitrine/vitrine.php' ) ) ); } );
		}
		register_shutdown_function( array( __CLASS__, 'tell' ) );
		if ( 'off' === self::said( 'METER' ) ) {
			return;
		}
		self::$folder = realpath( WP_PLUGIN_DIR . '/vitrine' ) . '/';
		add_filter( 'option_active_plugins', function ( $all ) { self::$last = self::now(); return $all; } );      // WordPress has made its own, plugins follow
		add_action( 'plugin_loaded', array( __CLASS__, 'loaded' ) );
		foreach ( array( 'plugins_loaded', 'init', 'wp_loaded', 'wp', 'template_redirect', 'wp_footer', 'rest_api_init', 'admin_init' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'wrap' ), PHP_INT_MAX );
		}
		add_action( 'shutdown', array( __CLASS__, 'wrap' ), PHP_INT_MIN );
		add_filter( 'query', function ( $sql ) { return self::ask( 'queries', $sql ); }, PHP_INT_MAX );
		add_filter( 'pre_http_request', function ( $done, $how, $url ) { self::ask( 'http', $url ); return $done; }, PHP_INT_MIN, 3 );
		add_filter( 'pre_option', function ( $done, $name ) { self::ask( 'options', $name ); return $done; }, PHP_INT_MIN, 2 );
	}

	/** A header of the harness. */
	private static function said( $name ) {
		$known = hash_equals( (string) getenv( 'SITE_TOKEN' ), $_SERVER['HTTP_X_SITE_TOKEN'] ?? '' );
		return $known ? $_SERVER[ 'HTTP_X_SITE_' . $name ] ?? '' : '';
	}

	/** Nanoseconds by the clock, microseconds of the processor. */
	private static function now() {
		$used = getrusage();
		return array( hrtime( true ), 1000000 * ( $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'] ) + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'] );
	}

	private static function since( array $then ) {
		$now = self::now();
		return array( 'ms' => round( ( $now[0] - $then[0] ) / 1e6, 4 ), 'cpu_ms' => round( ( $now[1] - $then[1] ) / 1e3, 3 ) );
	}

	private static function count( $hook, array $took ) {
		foreach ( $took as $unit => $value ) {
			self::$hooks[ $hook ][ $unit ] = ( self::$hooks[ $hook ][ $unit ] ?? 0 ) + $value;
		}
	}

	/** Notes what is asked for while a callback of the plugin runs. */
	private static function ask( $what, $text ) {
		if ( self::$depth ) {
			self::$asked[ $what ][] = substr( preg_replace( '/\s+/', ' ', $text ), 0, 200 );
		}
		return $text;
	}

	public static function loaded( $file ) {
		if ( self::is_below( $file ) ) {
			self::count( 'load', self::since( self::$last ) );
			self::wrap();
		}
		self::$last = self::now();
	}

	/** Puts a stop-watch around each callback of the plugin that has none yet. */
	public static function wrap( $value = null ) {
		foreach ( array_keys( $GLOBALS['wp_filter'] ) as $name ) {
			self::wrap_hook( $name );
		}
		return $value;
	}

	private static function wrap_hook( $name ) {
		$hook = $GLOBALS['wp_filter'][ $name ];
		foreach ( $hook->callbacks as $priority => $callbacks ) {
			foreach ( $callbacks as $id => $callback ) {
				if ( self::is_ours( $callback['function'] ) ) {
					$hook->callbacks[ $priority ][ $id ]['function'] = self::timed( $name, $callback['function'] );
				}
			}
		}
	}

	private static function is_ours( $function ) {
		if ( is_array( $function ) ) {
			return 0 === stripos( is_object( $function[0] ) ? get_class( $function[0] ) : $function[0], 'Vitrine_' );
		}
		if ( is_string( $function ) ) {
			return 0 === stripos( $function, 'vitrine_' );
		}
		return $function instanceof Closure && self::is_below( (string) ( new ReflectionFunction( $function ) )->getFileName() );
	}

	private static function is_below( $file ) {
		return 0 === strpos( (string) realpath( $file ), self::$folder );
	}

	private static function timed( $name, $function ) {
		return function ( ...$arguments ) use ( $name, $function ) {
			$then = self::now();
			$kept = self::$asked['queries'];
			++self::$depth;
			try {
				return $function( ...$arguments );
			} finally {
				if ( 0 === --self::$depth ) {
					self::count( $name, self::since( $then ) );
					self::part( $name, $kept );
				}
			}
		};
	}

	/** What is asked at the end stands apart, and what was hooked there meanwhile gets its stop-watch. */
	private static function part( $name, array $kept ) {
		if ( did_action( 'shutdown' ) ) {
			self::$late             = array_merge( self::$late, array_slice( self::$asked['queries'], count( $kept ) ) );
			self::$asked['queries'] = $kept;
			self::wrap_hook( 'shutdown' );
		}
	}

	public static function tell() {
		$uri = $_SERVER['REQUEST_URI'] ?? '/__site/';
		if ( 0 === strpos( $uri, '/__site/' ) ) {
			return;
		}
		$whole = self::since( self::$begin );
		$files = array();
		foreach ( self::$folder ? get_included_files() : array() as $file ) {
			self::is_below( $file ) ? $files[] = substr( realpath( $file ), strlen( self::$folder ) ) : null;
		}
		$sum = function ( $unit ) { return round( array_sum( array_column( array_diff_key( self::$hooks, array( 'shutdown' => 0 ) ), $unit ) ), 4 ); };
		site_note( 'hooks', array( 'uri' => $uri, 'method' => $_SERVER['REQUEST_METHOD'], 'whole' => $whole, 'ms' => $sum( 'ms' ), 'cpu_ms' => $sum( 'cpu_ms' ),
			'hooks' => self::$hooks, 'late' => self::$late, 'files' => $files ) + self::$asked );
	}
}
Site_Meter::start();
