<?php
/**
 * Plugin Name:          Vitrine for WooCommerce
 * Plugin URI:           https://github.com/vitrine
 * Description:          Product suggestions on your shop's pages, from your own Vitrine server: bought together, similar, a step up, for each visitor.
 * Version:              0.1.0
 * Requires at least:    6.0
 * Requires PHP:         7.4
 * Requires Plugins:     woocommerce
 * WC requires at least: 7.9
 * WC tested up to:      8.4
 * Author:               Vitrine
 * License:              GPL-2.0-or-later
 * License URI:          https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:          vitrine
 * Domain Path:          /languages
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

define( 'VITRINE_VERSION', '0.1.0' );
define( 'VITRINE_FILE', __FILE__ );
define( 'VITRINE_DIR', plugin_dir_path( __FILE__ ) );

require_once VITRINE_DIR . 'includes/class-vitrine-plugin.php';
spl_autoload_register( array( 'Vitrine_Plugin', 'load' ) );
require_once VITRINE_DIR . 'includes/template-tags.php';

register_activation_hook( __FILE__, array( 'Vitrine_Plugin', 'activate' ) );
register_deactivation_hook( __FILE__, array( 'Vitrine_Plugin', 'deactivate' ) );
add_action( 'plugins_loaded', array( 'Vitrine_Plugin', 'boot' ) );
